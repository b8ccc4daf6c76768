import type { DynamicModule, InjectionToken, LoggerService, OptionalFactoryDependency } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { GroupOptions } from './group/group-options.js';

export interface LeaderModuleOptions {
  readonly groups: readonly GroupOptions[];
  /** Where metrics are registered. Default: prom-client's default registry. `false`: nowhere. */
  readonly metrics?: Registry | false;
  /** Default: Nest's logger. */
  readonly logger?: LoggerService;
  /**
   * What to do when a replica can no longer keep its promises (failed fsync, broken invariant). Default: log it and end
   * the process with code 1.
   */
  readonly onFatal?: (error: Error) => void;
  /**
   * When `@OnElected` methods may first run: when the HTTP server listens, or already when this module has started
   * (applications that never listen). Default `listening`.
   */
  readonly takeOffice?: 'listening' | 'bootstrap';
}

export interface LeaderModuleAsyncOptions {
  /** Names of the groups that the factory will return: injection tokens must be known before it runs. */
  readonly names: readonly string[];
  readonly isGlobal?: boolean;
  readonly imports?: DynamicModule['imports'];
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (...args: never[]) => LeaderModuleOptions | Promise<LeaderModuleOptions>;
}
