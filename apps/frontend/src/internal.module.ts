import { type DynamicModule, Module } from '@nestjs/common';
import { CacheInvalidationModule, type CacheInvalidationOptions } from '@quorumkit/cache';

/** What only the store's own processes reach: the invalidation of the cache. */
@Module({})
export class InternalModule {
  static forRoot(options: CacheInvalidationOptions): DynamicModule {
    return { module: InternalModule, imports: [CacheInvalidationModule.forRoot(options)] };
  }
}
