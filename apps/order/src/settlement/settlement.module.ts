import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { SettlementWaiters } from './settlement-waiters.js';

@Module({ imports: [LedgerModule], providers: [SettlementWaiters], exports: [SettlementWaiters] })
export class SettlementModule {}
