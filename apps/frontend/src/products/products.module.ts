import { type DynamicModule, Module } from '@nestjs/common';
import { CoherentCacheModule, type CoherentCacheOptions } from '@quorumkit/cache';
import { CatalogReader } from './catalog-reader.js';
import { ProductsController } from './products.controller.js';

export interface ProductsModuleOptions {
  readonly catalog: CatalogReader;
  readonly cache: CoherentCacheOptions;
}

/** Toys and their stock, from the catalog through the coherent cache. */
@Module({})
export class ProductsModule {
  static forRoot({ catalog, cache }: ProductsModuleOptions): DynamicModule {
    return {
      module: ProductsModule,
      imports: [CoherentCacheModule.forRoot(cache)],
      controllers: [ProductsController],
      providers: [{ provide: CatalogReader, useValue: catalog }],
      exports: [CoherentCacheModule],
    };
  }
}
