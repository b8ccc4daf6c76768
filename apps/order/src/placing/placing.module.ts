import { Module } from '@nestjs/common';
import { DebitsModule } from '../debits/debits.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OfficeModule } from '../office/office.module.js';
import { type ReplicaOptions, replicaOptionsToken } from '../replica-options.js';
import { SettlementModule } from '../settlement/settlement.module.js';
import { admissionOptionsToken, PlaceOrder } from '@toystore/protocol/order';
import { PlaceOrderController } from './place-order.controller.js';

@Module({
  imports: [DebitsModule, LedgerModule, OfficeModule, SettlementModule],
  controllers: [PlaceOrderController],
  providers: [
    PlaceOrder,
    {
      provide: admissionOptionsToken,
      inject: [replicaOptionsToken],
      useFactory: ({ admission }: ReplicaOptions) => admission,
    },
  ],
})
export class PlacingModule {}
