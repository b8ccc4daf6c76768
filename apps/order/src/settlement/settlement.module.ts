import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { SettlementWaiters } from '@toystore/protocol/order';

@Module({ imports: [LedgerModule], providers: [SettlementWaiters], exports: [SettlementWaiters] })
export class SettlementModule {}
