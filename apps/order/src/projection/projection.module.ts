import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { type ReplicaOptions, replicaOptionsToken } from '../replica-options.js';
import { ordersCsvPathToken, OrdersProjection } from './orders-projection.js';

@Module({
  imports: [LedgerModule],
  providers: [
    OrdersProjection,
    {
      provide: ordersCsvPathToken,
      inject: [replicaOptionsToken],
      useFactory: ({ ordersCsvPath }: ReplicaOptions) => ordersCsvPath,
    },
  ],
})
export class ProjectionModule {}
