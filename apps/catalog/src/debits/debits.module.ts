import { Module } from '@nestjs/common';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { DebitsController } from './debits.controller.js';
import { TakeDebits } from '@toystore/protocol/catalog';

@Module({ imports: [OpeningModule, StockModule], controllers: [DebitsController], providers: [TakeDebits] })
export class DebitsModule {}
