import { type DynamicModule, Module } from '@nestjs/common';
import { HealthModule, MetricsModule, type Readiness } from '@toystore/service';
import type { Registry } from 'prom-client';
import { DocsModule } from './docs/docs.module.js';
import { NominationModule, type NominationModuleOptions } from './nomination/nomination.module.js';
import { OrdersModule, type OrdersModuleOptions } from './orders/orders.module.js';
import { ProductsModule, type ProductsModuleOptions } from './products/products.module.js';
import type { StaticFiles } from './static-files/static-file.js';
import { StorefrontModule } from './storefront/storefront.module.js';

export interface PublicModuleOptions {
  readonly products: ProductsModuleOptions;
  readonly orders: Omit<OrdersModuleOptions, 'registry'>;
  readonly nomination: NominationModuleOptions;
  readonly storefront: StaticFiles;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

/** Everything that shoppers reach. Architecture invariant: no internal route is in here. */
@Module({})
export class PublicModule {
  static forRoot({
    products,
    orders,
    nomination,
    storefront,
    readiness,
    registry,
  }: PublicModuleOptions): DynamicModule {
    return {
      module: PublicModule,
      imports: [
        ProductsModule.forRoot(products),
        OrdersModule.forRoot({ ...orders, registry }),
        NominationModule.forRoot(nomination),
        StorefrontModule.forRoot(storefront),
        DocsModule,
        HealthModule.forRoot(readiness),
        MetricsModule.forRoot({ registry }),
      ],
    };
  }
}
