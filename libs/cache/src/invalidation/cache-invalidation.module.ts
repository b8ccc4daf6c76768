import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';

import { CALL_AUTHENTICATION, CallAuthGuard } from '../calls/call-auth.guard.js';
import type { CallAuthentication } from '../calls/call-authenticator.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';
import { INVALIDATED_CACHE, InvalidationController } from './invalidation.controller.js';

export interface CacheInvalidationOptions {
  /** The cache of this process, usually taken from the public application: `publicApp.get(CoherentCache)`. */
  readonly cache: CoherentCache;
  /** Leave `verify` out when the importing application verifies every call already. */
  readonly auth: CallAuthentication;
}

export interface CacheInvalidationAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CacheInvalidationOptions | Promise<CacheInvalidationOptions>;
}

const OPTIONS = Symbol('quorumkit:cache:invalidation-options');

/**
 * Mounts `DELETE /cache/:collection/:key`, `DELETE /cache/:collection`, `DELETE /cache/groups/:group` and
 * `GET /cache/explain/:collection/:key` in the application that imports it. Import it
 * in the internal application only: its listener is what `callbackUrl` names.
 */
@Module({})
export class CacheInvalidationModule {
  static forRoot(options: CacheInvalidationOptions): DynamicModule {
    return CacheInvalidationModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync(options: CacheInvalidationAsyncOptions): DynamicModule {
    return {
      module: CacheInvalidationModule,
      imports: options.imports ?? [],
      controllers: [InvalidationController],
      providers: [
        {
          provide: OPTIONS,
          inject: options.inject ?? [],
          useFactory: options.useFactory as FactoryProvider['useFactory'],
        },
        { provide: INVALIDATED_CACHE, inject: [OPTIONS], useFactory: ({ cache }: CacheInvalidationOptions) => cache },
        { provide: CALL_AUTHENTICATION, inject: [OPTIONS], useFactory: ({ auth }: CacheInvalidationOptions) => auth },
        CallAuthGuard,
      ],
    };
  }
}
