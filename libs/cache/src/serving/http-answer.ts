import type { CacheKey } from '../core/cache-key.js';
import type { CacheRuntime } from './cache-runtime.js';
import { cacheStatus, type ServedAs } from './cache-status.js';
import type { CachedOptions } from './cached.decorator.js';
import type { Served } from './load-desk.js';
import { cacheControlOf, matchesEtag, representationOf } from './representation.js';

/** What to send: complete, but not tied to a framework. */
export interface HttpCacheAnswer {
  /** 200 stands for whatever status the handler's answers have. */
  readonly status: 200 | 304;
  readonly headers: readonly Header[];
  /** Undefined with 304. Not serialised: interceptors outside of the cache may have something to do with it. */
  readonly body: unknown;
}

/** A request as far as its answer depends on it. */
export interface AskedFor {
  readonly key: CacheKey;
  readonly options: CachedOptions;
  readonly ifNoneMatch: string | undefined;
}

type Header = readonly [name: string, value: string];

/**
 * What every answer of the route tells caches downstream, also one that this cache has no part in, and an error: they
 * may keep an answer without it, and give it to those whom another variant is for.
 */
export function routeHeaders(options: CachedOptions): readonly Header[] {
  return [['cache-control', cacheControlOf(options.scope ?? 'shared')], ...varyHeader(options)];
}

/** The headers of an answer without a body: the owner has nothing under the key. */
export function absenceHeaders(runtime: CacheRuntime, { entry, as }: Served, { options }: AskedFor): readonly Header[] {
  const headers: readonly Header[] = [...routeHeaders(options), ['cache-status', cacheStatus(runtime.config.name, as)]];
  return isStored(as) ? [...headers, ['age', ageOf(runtime, entry.readAt)]] : headers;
}

/** Nothing when the owner has no value under the key. */
export function answerOf(
  runtime: CacheRuntime,
  served: Served,
  { key, options, ifNoneMatch }: AskedFor,
): HttpCacheAnswer | undefined {
  const { entry, as } = served;
  if (entry.kind === 'absence') return undefined;
  const representation = representationOf(key, entry);
  const headers: Header[] = [
    ['etag', representation.etag],
    ['cache-control', representation.cacheControl],
    ['cache-status', cacheStatus(runtime.config.name, as)],
    ...varyHeader(options),
  ];
  if (isStored(as)) headers.push(['age', ageOf(runtime, entry.readAt)]);
  if (runtime.config.groupsHeader && representation.groups !== undefined)
    headers.push(['cache-groups', representation.groups]);
  // RFC 9110 §15.4.5: everything so far belongs in a 304 too.
  if (matchesEtag(ifNoneMatch, representation.etag)) return { status: 304, headers, body: undefined };
  return { status: 200, headers, body: entry.value.value };
}

/** RFC 9111 §4 and §5.1: an Age comes with every answer that the owner was not asked for, and with no other. */
function isStored(as: ServedAs): boolean {
  return as.kind !== 'forward';
}

/** Whole seconds since the load started that brought the entry. */
export function ageOf({ scheduler }: CacheRuntime, readAt: number): string {
  return String(Math.max(0, Math.floor((scheduler.now() - readAt) / 1000)));
}

function varyHeader({ vary }: CachedOptions): readonly Header[] {
  return vary === undefined || vary.length === 0 ? [] : [['vary', vary.join(', ')]];
}
