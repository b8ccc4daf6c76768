import { type DynamicModule, Module } from '@nestjs/common';
import { HealthModule, MetricsModule, type Readiness } from '@toystore/service';
import type { Registry } from 'prom-client';
import { DocsModule } from './docs/docs.module.js';
import { LabPageModule, type LabPageModuleOptions } from './lab-page/lab-page.module.js';
import { NominationModule, type NominationModuleOptions } from './nomination/nomination.module.js';
import { OrdersModule, type OrdersModuleOptions } from './orders/orders.module.js';
import { ProductsModule, type ProductsModuleOptions } from './products/products.module.js';
import type { Page } from './static-files/page.js';
import { StorefrontModule } from './storefront/storefront.module.js';

export interface PublicModuleOptions {
  readonly products: ProductsModuleOptions;
  readonly orders: Omit<OrdersModuleOptions, 'registry'>;
  readonly nomination: NominationModuleOptions;
  readonly storefront: Page;
  /** Undefined: the page does not exist here. */
  readonly labPage: Omit<LabPageModuleOptions, 'products'> | undefined;
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
    labPage,
    readiness,
    registry,
  }: PublicModuleOptions): DynamicModule {
    const productsModule = ProductsModule.forRoot(products);
    return {
      module: PublicModule,
      imports: [
        productsModule,
        OrdersModule.forRoot({ ...orders, registry }),
        NominationModule.forRoot(nomination),
        StorefrontModule.forRoot(storefront),
        ...(labPage === undefined ? [] : [LabPageModule.forRoot({ ...labPage, products: productsModule })]),
        DocsModule,
        HealthModule.forRoot(readiness),
        MetricsModule.forRoot({ registry }),
      ],
    };
  }
}
