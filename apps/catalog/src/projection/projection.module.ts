import { Module } from '@nestjs/common';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { StockModule } from '../stock/stock.module.js';
import { catalogCsvPathToken, CatalogProjection } from './catalog-projection.js';

@Module({
  imports: [StockModule],
  providers: [
    CatalogProjection,
    {
      provide: catalogCsvPathToken,
      inject: [catalogOptionsToken],
      useFactory: ({ catalogCsvPath }: CatalogOptions) => catalogCsvPath,
    },
  ],
})
export class ProjectionModule {}
