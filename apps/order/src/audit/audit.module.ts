import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { AuditController } from './audit.controller.js';

@Module({ imports: [LedgerModule], controllers: [AuditController] })
export class AuditModule {}
