import type { IncomingMessage, ServerResponse } from 'node:http';

import type { INestApplicationContext } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import type { CoherentCache } from './coherent-cache.service.js';
import { FastPathRefusedError } from './fast-path.js';
import { parseMinimumVersion } from './minimum-version.js';
import { RouteSurvey, type CachedRoute, type SkippedStep } from './route-survey.js';
import { writeHit, type WrittenHit } from './write-hit.js';

export interface RawFastRoute {
  /**
   * Everything before the name, such as `/products/` or, with a global prefix and versions in URIs, `/api/v1/products/`.
   * The name is the rest of the path: one segment, percent-decoded.
   */
  readonly prefix: string;
  /** The key that the route's `@Cached` makes of the same name. */
  readonly key: (name: string) => CacheKey | undefined;
  /** Answer requests that carry `Authorization` too. Default false. */
  readonly public?: boolean;
  /**
   * The application it stands before: refused at once when the cached route behind `prefix` has a guard, another
   * interceptor, `@Header` or `@HttpCode`, which it would skip. Give the application its global prefix and versioning
   * first. Middleware and hooks of the framework are skipped unseen. `unchecked`: there is no such application, or you
   * know better.
   */
  readonly before: INestApplicationContext | 'unchecked';
  /** Called after an answer, for a log: no hook of the framework sees it. */
  readonly answered?: (request: IncomingMessage, response: ServerResponse, hit: WrittenHit) => void;
}

/**
 * Answers hits in front of the framework, in the `request` handler of the HTTP server (a `serverFactory`): the shortest
 * way there is. Returns whether it answered; everything else is for the framework.
 * Skips all of it: routing, hooks, guards, the request log. Use it for routes that are open to everybody.
 * @throws FastPathRefusedError, UnknownFastRouteError when nothing may be answered there
 */
export function createRawFastPath(
  cache: CoherentCache,
  route: RawFastRoute,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { prefix, key: keyOf, answered } = route;
  if (route.before !== 'unchecked') refuseWhatIsGuarded(route.before, prefix);
  const { minimumVersionHeader } = cache.runtime.config;
  return (request, response) => {
    const { method, url, headers } = request;
    if (method !== 'GET' || url === undefined || !url.startsWith(prefix)) return false;
    if (headers.authorization !== undefined && route.public !== true) return false;
    const name = nameIn(url, prefix.length);
    const key = name === undefined ? undefined : keyOf(name);
    if (key === undefined) return false;
    const minimum = parseMinimumVersion(headers[minimumVersionHeader]);
    const hit = writeHit(cache.runtime, response, {
      key,
      ifNoneMatch: headers['if-none-match'],
      minimum,
      moreHeaders: noHeaders,
    });
    if (hit === undefined) return false;
    answered?.(request, response, hit);
    return true;
  };
}

const noHeaders: readonly string[] = [];

/** There is no cached route where a fast path is wanted. */
export class UnknownFastRouteError extends Error {
  override readonly name = 'UnknownFastRouteError';
  readonly code = 'cache_fast_route_unknown';
  readonly definite = true;

  /** @param paths Where there are routes with `@Cached`. */
  constructor(
    readonly prefix: string,
    readonly paths: readonly string[],
  ) {
    super(
      `There is no route with @Cached whose path is ${prefix} and one parameter, so nothing would ever be ready to be answered there. ` +
        `There are: ${paths.length === 0 ? 'none' : paths.join(', ')}. Give one of these up to its last slash as prefix, ` +
        "and call this after the application's setGlobalPrefix and enableVersioning.",
    );
  }
}

function refuseWhatIsGuarded(application: INestApplicationContext, prefix: string): void {
  const survey = application.get(RouteSurvey, { strict: false });
  const all = survey.cachedRoutes();
  const routes = all.filter(({ paths }) => paths.some((path) => isNameBehind(prefix, path)));
  if (routes.length === 0)
    throw new UnknownFastRouteError(
      prefix,
      all.flatMap(({ paths }) => paths),
    );
  for (const route of routes) {
    const skipped = [...survey.stepsBefore(route), ...declarations(route)];
    if (skipped.length > 0) throw new FastPathRefusedError(route.name, skipped);
  }
}

/** Is the path the prefix, and then one parameter? */
function isNameBehind(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && /^:[^/]+$/.test(path.slice(prefix.length));
}

function declarations({ declared }: CachedRoute): readonly SkippedStep[] {
  const { status, contentType, headers } = declared;
  const names = [
    ...(status === 200 ? [] : [`@HttpCode(${status})`]),
    ...(contentType === undefined ? [] : ['@Header(content-type)']),
    ...headers.map(([name]) => `@Header(${name})`),
  ];
  return names.map((name) => ({ kind: 'decorator', name, where: 'on the handler' }));
}

function nameIn(url: string, start: number): string | undefined {
  const query = url.indexOf('?', start);
  const name = query === -1 ? url.slice(start) : url.slice(start, query);
  // A semicolon or a fragment is for the framework's router to judge.
  if (name === '' || name.includes('/') || name.includes(';') || name.includes('#')) return undefined;
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
