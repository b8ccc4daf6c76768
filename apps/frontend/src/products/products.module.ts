import { CacheModule } from '@nestjs/cache-manager';
import { type DynamicModule, Module } from '@nestjs/common';
import {
  CoherentCache,
  coherentCacheManagerOptions,
  CoherentCacheModule,
  type CoherentCacheOptions,
} from '@quorumkit/cache';
import { headerNames } from '@toystore/contracts';
import { CatalogReader } from './catalog-reader.js';
import { ProductsController } from './products.controller.js';

export interface ProductsModuleOptions {
  readonly catalog: CatalogReader;
  readonly cache: CoherentCacheOptions;
}

/**
 * Toys and their stock, from the catalog through the coherent cache. Who injects `CACHE_MANAGER` sees the same entries
 * under the same rules.
 */
@Module({})
export class ProductsModule {
  static forRoot({ catalog, cache }: ProductsModuleOptions): DynamicModule {
    // One module object: Nest tells dynamic modules apart by identity, and there is one cache.
    const coherentCache = CoherentCacheModule.forRoot({ minimumVersionHeader: headerNames.minCatalogSeq, ...cache });
    const cacheManager = CacheModule.registerAsync({
      imports: [coherentCache],
      inject: [CoherentCache],
      useFactory: coherentCacheManagerOptions,
    });
    return {
      module: ProductsModule,
      imports: [coherentCache, cacheManager],
      controllers: [ProductsController],
      providers: [{ provide: CatalogReader, useValue: catalog }],
      exports: [coherentCache, cacheManager],
    };
  }
}
