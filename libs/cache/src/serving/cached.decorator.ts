import { SetMetadata } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import type { CachedResult } from './loaded.js';

/** Path parameters as the router decoded them; nothing else has looked at them yet. */
export type RouteParams = Readonly<Record<string, string>>;
/** The parsed query string, for routes whose key depends on it. */
export type RouteQuery = Readonly<Record<string, unknown>>;

export interface CachedOptions {
  /**
   * The key of the answer, from the decoded parameters. Pipes run after interceptors, so validate and normalise here,
   * with the function the handler uses; `undefined` means "not a name we know": the handler answers, nothing is cached.
   * Query parameters that the function does not read are not part of the key.
   */
  readonly key: (params: RouteParams, query: RouteQuery) => CacheKey | undefined;
  /** The error thrown when there is nothing under the key. Default: Nest's NotFoundException. */
  readonly notFound?: (params: RouteParams) => Error;
  /** Answer requests that carry `Authorization` from the cache too. Only for answers that are the same for everybody. Default false. */
  readonly public?: boolean;
  /** Answer ready entries in front of Nest's pipeline. Refused at start when a guard would be skipped. Default false. */
  readonly fastPath?: boolean;
}

export const cachedMetadata = Symbol('quorumkit:cached');

/** Where Fastify's route configuration carries the options of a fast route. */
export const fastPathConfigKey = Symbol('quorumkit:fast-path');

/** The key under which Nest's Fastify adapter looks for a route's configuration (its `RouteConfig` decorator). */
const fastifyRouteConfig = '__fastify_route_config__';

type CachedHandler = (...parameters: never[]) => CachedResult | Promise<CachedResult>;

/**
 * Caches a GET route under the rules of the coherent cache; needs `CacheInterceptor` on the route, its controller or
 * the application. The handler returns `versioned(body, version)` or `absent(version)`; anything else does not compile.
 */
export function Cached(options: CachedOptions) {
  return <H extends CachedHandler>(
    target: object,
    propertyKey: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    const frozen = Object.freeze({ ...options });
    SetMetadata(cachedMetadata, frozen)(target, propertyKey, descriptor);
    if (frozen.fastPath !== true || descriptor.value === undefined) return;
    const config: unknown = Reflect.getMetadata(fastifyRouteConfig, descriptor.value);
    SetMetadata(fastifyRouteConfig, { ...(config as object | undefined), [fastPathConfigKey]: frozen })(target, propertyKey, descriptor);
  };
}
