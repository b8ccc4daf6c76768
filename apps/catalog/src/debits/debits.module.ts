import { Module } from '@nestjs/common';
import { CatalogMetricsModule } from '../metrics/catalog-metrics.module.js';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { DebitsController } from './debits.controller.js';
import { TakeDebits } from '@toystore/protocol/catalog';

@Module({
  imports: [CatalogMetricsModule, OpeningModule, StockModule],
  controllers: [DebitsController],
  providers: [TakeDebits],
})
export class DebitsModule {}
