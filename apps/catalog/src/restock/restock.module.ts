import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { Restock } from './restock.js';
import { restockOptionsToken } from './restock-options.js';

@Module({
  imports: [ScheduleModule.forRoot(), OpeningModule, StockModule],
  providers: [
    Restock,
    {
      provide: restockOptionsToken,
      inject: [catalogOptionsToken],
      useFactory: ({ restock }: CatalogOptions) => restock,
    },
  ],
})
export class RestockModule {}
