import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';

import type { CallAuthentication } from '../calls/call-authenticator.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';

export interface CacheInvalidationOptions {
  /** The cache of this process, usually taken from the public application: `publicApp.get(CoherentCache)`. */
  readonly cache: CoherentCache;
  readonly auth: CallAuthentication;
}

export interface CacheInvalidationAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CacheInvalidationOptions | Promise<CacheInvalidationOptions>;
}

/**
 * Mounts `DELETE /cache/:collection/:key` and `DELETE /cache/:collection` in the application that imports it. Import it
 * in the internal application only: its listener is what `callbackUrl` names.
 */
@Module({})
export class CacheInvalidationModule {
  static forRoot(_options: CacheInvalidationOptions): DynamicModule {
    return { module: CacheInvalidationModule };
  }

  static forRootAsync(_options: CacheInvalidationAsyncOptions): DynamicModule {
    return { module: CacheInvalidationModule };
  }
}
