import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OfficeModule } from '../office/office.module.js';
import { FindOrder } from '@toystore/protocol/order';
import { OrdersController } from './orders.controller.js';

@Module({ imports: [LedgerModule, OfficeModule], controllers: [OrdersController], providers: [FindOrder] })
export class QueryingModule {}
