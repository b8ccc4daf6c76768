import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Restock } from '@toystore/protocol/catalog';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { restockOptionsToken } from './restock-options.js';
import { RestockTimer } from './restock-timer.js';

@Module({
  imports: [ScheduleModule.forRoot(), OpeningModule, StockModule],
  providers: [
    Restock,
    RestockTimer,
    {
      provide: restockOptionsToken,
      inject: [catalogOptionsToken],
      useFactory: ({ restock }: CatalogOptions) => restock,
    },
  ],
})
export class RestockModule {}
