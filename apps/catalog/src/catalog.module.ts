import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { type CatalogOptions, CatalogOptionsModule } from './catalog-options.js';
import { DebitsModule } from './debits/debits.module.js';
import { CatalogMetricsModule } from './metrics/catalog-metrics.module.js';
import { ProductsModule } from './products/products.module.js';
import { ProjectionModule } from './projection/projection.module.js';
import { RestockModule } from './restock/restock.module.js';

/** The catalog's features. Needs the group `catalog` of a global `LeaderModule` and a global `CachePublisherModule`. */
@Module({ imports: [AuditModule, CatalogMetricsModule, DebitsModule, ProductsModule, ProjectionModule, RestockModule] })
export class CatalogModule {
  static forRoot(options: CatalogOptions): DynamicModule {
    return { module: CatalogModule, imports: [CatalogOptionsModule.forRoot(options)] };
  }
}
