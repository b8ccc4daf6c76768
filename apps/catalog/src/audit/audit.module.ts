import { Module } from '@nestjs/common';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { AuditController } from './audit.controller.js';

@Module({ imports: [OpeningModule, StockModule], controllers: [AuditController] })
export class AuditModule {}
