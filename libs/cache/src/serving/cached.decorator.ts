import { SetMetadata } from '@nestjs/common';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { OptionChecks } from '../calls/option-checks.js';
import { CacheOptionsError } from '../calls/options-error.js';
import type { CacheKey } from '../core/cache-key.js';
import type { CachedResult } from './loaded.js';

/** Path parameters as the router decoded them; nothing else has looked at them yet. */
export type RouteParams = Readonly<Record<string, string>>;
/** The parsed query string, for routes whose key depends on it. */
export type RouteQuery = Readonly<Record<string, unknown>>;

/** How one route is cached. Durations are milliseconds. */
export interface CachedOptions {
  /**
   * The key of the answer, from the decoded parameters. Pipes run after interceptors, so validate and normalise here,
   * with the function the handler uses; `undefined` means "not a name we know": the handler answers, nothing is cached.
   * Query parameters that the function does not read are not part of the key. Routes that make the same key share the entry.
   */
  readonly key: (params: RouteParams, query: RouteQuery) => CacheKey | undefined;
  /** The error thrown when there is nothing under the key. Default: Nest's NotFoundException. */
  readonly notFound?: (params: RouteParams) => Error;
  /** Answer requests that carry `Authorization` from the cache too. Only for answers that are the same for everybody. Default false. */
  readonly public?: boolean;
  /**
   * `private`: an entry for each user, in slots of their own (`privateCapacity`), sent with `Cache-Control: private`.
   * Whatever invalidates the key invalidates it for all users. Default `shared`.
   */
  readonly scope?: 'shared' | 'private';
  /** Who asks, for `scope: 'private'`; guards have run. `undefined`, or more than 256 characters: nothing is cached. */
  readonly user?: (request: IncomingRequest) => string | undefined;
  /** Names of request headers that the answer depends on. Each combination of their values has an entry of its own; sent as `Vary`. At most 8. */
  readonly vary?: readonly string[];
  /** Groups of every answer of this route; those that show in the value come with `versioned`. */
  readonly groups?: readonly string[] | ((params: RouteParams, query: RouteQuery) => readonly string[]);
  /** Loaded anew after this time even if nobody invalidated it. 1 to 86 400 000, at most the cache's `maxTtlMs`, which is the default. */
  readonly ttlMs?: number;
  /** The same for absences. At most `negative.ttlMs`, which is the default. */
  readonly negativeTtlMs?: number;
  /** For this long after its time is over an entry is still served while it is loaded anew. Never after an invalidation, never without a lease. Default 0. */
  readonly staleWhileRevalidateMs?: number;
  /** For this long after its time is over an entry is still served when loading it anew fails with a 5xx or no answer. The same limits. Default 0. */
  readonly staleIfErrorMs?: number;
  /**
   * How early hits are answered on Fastify. `true`: in front of Nest's pipeline; refused at start when a guard or another
   * interceptor would be skipped. Default: behind the guards, where the cache is the route's only interceptor and nothing
   * of the route is made anew for each request. `false`: always in the interceptor.
   */
  readonly fastPath?: boolean;
}

export const cachedMetadata = Symbol('quorumkit:cached');

/** Where Fastify's route configuration carries the options of a cached route. */
export const cachedRouteConfigKey = Symbol('quorumkit:cached-route');

/** The key under which Nest's Fastify adapter looks for a route's configuration (its `RouteConfig` decorator). */
const fastifyRouteConfig = '__fastify_route_config__';

type CachedHandler = (...parameters: never[]) => CachedResult | Promise<CachedResult>;

/**
 * Caches a GET route under the rules of the coherent cache; needs `CacheInterceptor` on the route, its controller or
 * the application. The handler returns `versioned(body, version)` or `absent(version)`; anything else does not compile.
 * @throws CacheOptionsError, when the class is defined
 */
export function Cached(options: CachedOptions) {
  return <H extends CachedHandler>(
    target: object,
    propertyKey: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    const frozen = checked(options, `@Cached of ${target.constructor.name}.${String(propertyKey)}`);
    SetMetadata(cachedMetadata, frozen)(target, propertyKey, descriptor);
    if (frozen.fastPath === false || descriptor.value === undefined) return;
    const config: unknown = Reflect.getMetadata(fastifyRouteConfig, descriptor.value);
    SetMetadata(fastifyRouteConfig, { ...(config as object | undefined), [cachedRouteConfigKey]: frozen })(
      target,
      propertyKey,
      descriptor,
    );
  };
}

const dayMs = 86_400_000;
const fieldName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

function checked(options: CachedOptions, where: string): CachedOptions {
  const check = new OptionChecks();
  const isPrivate = check.oneOf('scope', options.scope, ['shared', 'private'], 'shared') === 'private';
  const vary = options.vary?.map((name) => check.text('vary', name, fieldName, 'names of headers').toLowerCase());
  check.must(typeof options.key === 'function', 'key must be a function');
  check.must((vary?.length ?? 0) <= 8, 'vary must name at most 8 headers');
  check.must(
    isPrivate === (typeof options.user === 'function'),
    `user and scope: 'private' go together: nobody else can tell whose answer it is`,
  );
  check.must(!isPrivate || options.public !== true, `scope: 'private' and public: true contradict each other`);
  check.must(
    !isPrivate || options.fastPath !== true,
    `scope: 'private' and fastPath: true contradict each other: who asks is known after the guards`,
  );
  for (const name of ['ttlMs', 'negativeTtlMs'] as const)
    check.integer(name, options[name], { min: 1, max: dayMs, fallback: dayMs });
  for (const name of ['staleWhileRevalidateMs', 'staleIfErrorMs'] as const)
    check.integer(name, options[name], { min: 0, max: dayMs, fallback: 0 });
  if (check.problems.length > 0) throw new CacheOptionsError(where, check.problems);
  return Object.freeze(vary === undefined ? { ...options } : { ...options, vary: Object.freeze(vary) });
}
