import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';

import { PoolCaller } from '../calls/pool-caller.js';
import { systemScheduler } from '../calls/scheduler.js';
import { LeaseKeeper } from '../lease/lease-keeper.js';
import { CacheMetrics } from '../metrics/cache-metrics.js';
import type { CoherentCacheOptions } from './cache-options.js';
import { createRuntime } from './cache-runtime.js';
import { cacheServing } from './cache-serving.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { CoherentCache } from './coherent-cache.service.js';
import { parseCacheOptions } from './parse-cache-options.js';

/** `useFactory` returns the options. */
export interface CoherentCacheAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CoherentCacheOptions | Promise<CoherentCacheOptions>;
  readonly isGlobal?: boolean;
}

const OPTIONS = Symbol('quorumkit:cache:options');

/** Provides and exports `CoherentCache`, `CacheInterceptor` and `LeaseKeeper`. Imported once in a process. */
@Module({})
export class CoherentCacheModule {
  static forRoot(options: CoherentCacheOptions & { readonly isGlobal?: boolean }): DynamicModule {
    return CoherentCacheModule.forRootAsync({ useFactory: () => options, isGlobal: options.isGlobal ?? false });
  }

  static forRootAsync(options: CoherentCacheAsyncOptions): DynamicModule {
    return {
      module: CoherentCacheModule,
      global: options.isGlobal ?? false,
      imports: [DiscoveryModule, ...(options.imports ?? [])],
      providers: [
        {
          provide: OPTIONS,
          inject: options.inject ?? [],
          useFactory: options.useFactory as FactoryProvider['useFactory'],
        },
        {
          provide: CoherentCache,
          inject: [OPTIONS],
          useFactory: (given: CoherentCacheOptions) =>
            new CoherentCache(createRuntime(parseCacheOptions(given), systemScheduler)),
        },
        { provide: LeaseKeeper, inject: [CoherentCache], useFactory: createLeaseKeeper },
        {
          provide: CacheMetrics,
          inject: [CoherentCache],
          useFactory: (cache: CoherentCache) => new CacheMetrics(cache.runtime),
        },
        ...cacheServing,
      ],
      exports: [CoherentCache, CacheInterceptor, LeaseKeeper],
    };
  }
}

function createLeaseKeeper({ runtime }: CoherentCache): LeaseKeeper {
  const { origin, auth } = runtime.config;
  return new LeaseKeeper(
    runtime,
    new PoolCaller({ baseUrl: origin.url, receiver: origin.receiver, connections: 2, auth }),
  );
}
