import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';

import { CALL_AUTHENTICATION, CallAuthGuard } from '../calls/call-auth.guard.js';
import { PoolCaller } from '../calls/pool-caller.js';
import { systemScheduler } from '../calls/scheduler.js';
import { CachePublisher, type PublisherParts } from './cache-publisher.js';
import { parsePublisherOptions } from './parse-publisher-options.js';
import { createPublisherCounters, PublisherMetrics } from './publisher-metrics.js';
import type { CachePublisherOptions, PublisherConfig } from './publisher-options.js';
import { SubscriberCalls } from './subscriber-calls.js';
import { PUBLISHER_CONFIG, SubscribersController } from './subscribers.controller.js';

export interface CachePublisherAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CachePublisherOptions | Promise<CachePublisherOptions>;
  readonly isGlobal?: boolean;
}

const OPTIONS = Symbol('quorumkit:cache:publisher-options');
const PARTS = Symbol('quorumkit:cache:publisher-parts');

/** Provides and exports `CachePublisher`, and mounts `POST /subscribers`, `PUT /subscribers/:id/heartbeat`, `DELETE /subscribers/:id`. */
@Module({})
export class CachePublisherModule {
  static forRoot(options: CachePublisherOptions & { readonly isGlobal?: boolean }): DynamicModule {
    return CachePublisherModule.forRootAsync({ useFactory: () => options, isGlobal: options.isGlobal ?? false });
  }

  static forRootAsync(options: CachePublisherAsyncOptions): DynamicModule {
    return {
      module: CachePublisherModule,
      global: options.isGlobal ?? false,
      imports: options.imports ?? [],
      controllers: [SubscribersController],
      providers: [
        {
          provide: OPTIONS,
          inject: options.inject ?? [],
          useFactory: options.useFactory as FactoryProvider['useFactory'],
        },
        { provide: PUBLISHER_CONFIG, inject: [OPTIONS], useFactory: parsePublisherOptions },
        { provide: CALL_AUTHENTICATION, inject: [PUBLISHER_CONFIG], useFactory: ({ auth }: PublisherConfig) => auth },
        { provide: PARTS, inject: [PUBLISHER_CONFIG], useFactory: createParts },
        { provide: CachePublisher, inject: [PARTS], useFactory: (parts: PublisherParts) => new CachePublisher(parts) },
        { provide: PublisherMetrics, inject: [PARTS, CachePublisher], useFactory: createMetrics },
        CallAuthGuard,
      ],
      exports: [CachePublisher],
    };
  }
}

function createParts(config: PublisherConfig): PublisherParts {
  const { auth, connectionsPerSubscriber, deliveryTimeoutMs, metrics } = config;
  const openCaller = ({ id, callbackUrl }: { id: string; callbackUrl: string }) =>
    new PoolCaller({ baseUrl: callbackUrl, receiver: id, connections: connectionsPerSubscriber, auth });
  return {
    config,
    scheduler: systemScheduler,
    calls: new SubscriberCalls(openCaller, deliveryTimeoutMs),
    counters: createPublisherCounters(metrics),
  };
}

function createMetrics({ config, counters }: PublisherParts, publisher: CachePublisher): PublisherMetrics {
  return new PublisherMetrics(config.metrics, counters, () => publisher.stats());
}
