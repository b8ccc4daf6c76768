import type { CacheRuntime } from './cache-runtime.js';
import { cacheStatus } from './cache-status.js';
import type { Served } from './load-desk.js';
import { jsonContentType, matchesEtag, represent, type Representation } from './representation.js';

/** What to send: complete, but not tied to a framework. */
export interface HttpCacheAnswer {
  readonly status: 200 | 304;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly representation: Representation;
}

/** The headers of an answer without a body: the owner has nothing under the key. */
export function absenceHeaders(runtime: CacheRuntime, served: Served): readonly (readonly [name: string, value: string])[] {
  return [
    ['cache-control', 'no-cache'],
    ['cache-status', cacheStatus(runtime.config.name, served.as)],
  ];
}

/** Nothing when the owner has no value under the key. */
export function answerOf(runtime: CacheRuntime, served: Served, ifNoneMatch: string | undefined): HttpCacheAnswer | undefined {
  const { entry } = served;
  if (entry.kind === 'absence') return undefined;
  const representation = (entry.value.representation ??= represent(entry.value.value, entry.version));
  const ageSeconds = Math.max(0, Math.floor((runtime.scheduler.now() - entry.readAt) / 1000));
  const headers: (readonly [string, string])[] = [
    ['etag', representation.etag],
    ['age', String(ageSeconds)],
    // Nobody can send a DELETE to a browser: it may keep the answer, but has to ask before it uses it.
    ['cache-control', 'no-cache'],
    ['cache-status', cacheStatus(runtime.config.name, served.as)],
  ];
  if (matchesEtag(ifNoneMatch, representation.etag)) return { status: 304, headers, representation };
  headers.push(['content-type', jsonContentType]);
  return { status: 200, headers, representation };
}
