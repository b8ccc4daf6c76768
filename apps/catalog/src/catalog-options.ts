import { type DynamicModule, Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { RestockOptions } from './restock/restock-options.js';
import type { ToysOptions } from './toys/toys-options.js';

export const catalogOptionsToken = Symbol('catalog options');

/** What the features of the catalog are given from outside. */
export interface CatalogOptions {
  readonly opening: ToysOptions;
  readonly restock: RestockOptions;
  readonly catalogCsvPath: string;
  /** Where the metrics are registered. */
  readonly metrics: Registry;
}

/** Makes the options injectable in every feature module. */
@Module({})
export class CatalogOptionsModule {
  static forRoot(options: CatalogOptions): DynamicModule {
    const provider = { provide: catalogOptionsToken, useValue: options };
    return { module: CatalogOptionsModule, global: true, providers: [provider], exports: [provider] };
  }
}
