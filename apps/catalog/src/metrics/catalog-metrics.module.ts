import { Module } from '@nestjs/common';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { StockModule } from '../stock/stock.module.js';
import { CatalogMetrics, metricsRegistryToken } from './catalog-metrics.js';

@Module({
  imports: [StockModule],
  providers: [
    CatalogMetrics,
    {
      provide: metricsRegistryToken,
      inject: [catalogOptionsToken],
      useFactory: ({ metrics }: CatalogOptions) => metrics,
    },
  ],
  exports: [CatalogMetrics],
})
export class CatalogMetricsModule {}
