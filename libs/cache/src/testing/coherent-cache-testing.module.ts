import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';

import { systemScheduler, type Scheduler } from '../calls/scheduler.js';
import type { CoherentCacheOptions } from '../serving/cache-options.js';
import { createRuntime } from '../serving/cache-runtime.js';
import { CacheInterceptor } from '../serving/cache.interceptor.js';
import { CoherentCache } from '../serving/coherent-cache.service.js';
import { cacheServing } from '../serving/cache-serving.js';
import { parseCacheOptions } from '../serving/parse-cache-options.js';
import { holdLease } from './hold-lease.js';

export interface TestingCacheOptions extends Partial<CoherentCacheOptions> {
  readonly scheduler?: Scheduler;
  /** The epoch of the lease that is in force from the start. Default 1. */
  readonly epoch?: number;
  /** Default: it never ends. */
  readonly leaseMs?: number;
  readonly isGlobal?: boolean;
}

/** A cache with a lease in force and no owner. */
export function createTestingCache(options: TestingCacheOptions = {}): CoherentCache {
  const { scheduler = systemScheduler, epoch = 1, leaseMs = Number.MAX_SAFE_INTEGER, isGlobal: _, ...given } = options;
  const config = parseCacheOptions({
    subscriberId: 'test',
    origin: { url: 'http://127.0.0.1:9', receiver: 'owner' },
    callbackUrl: 'http://127.0.0.1:9',
    auth: 'none',
    metrics: false,
    ...given,
  });
  const cache = new CoherentCache(createRuntime(config, scheduler));
  holdLease(cache, { epoch, leaseMs });
  return cache;
}

/** In place of `CoherentCacheModule` in tests: `CoherentCache` and `CacheInterceptor` without an owner to register with. */
@Module({})
export class CoherentCacheTestingModule {
  static forRoot(options: TestingCacheOptions = {}): DynamicModule {
    return {
      module: CoherentCacheTestingModule,
      global: options.isGlobal ?? false,
      imports: [DiscoveryModule],
      providers: [{ provide: CoherentCache, useFactory: () => createTestingCache(options) }, ...cacheServing],
      exports: [CoherentCache, CacheInterceptor],
    };
  }
}
