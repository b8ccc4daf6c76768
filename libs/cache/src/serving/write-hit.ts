import type { ServerResponse } from 'node:http';

import type { CacheKey } from '../core/cache-key.js';
import { serveHeld } from '../core/coherent-cache.js';
import type { Version } from '../core/version.js';
import type { CacheRuntime } from './cache-runtime.js';
import { cacheStatus } from './cache-status.js';
import { logDecision } from './decision-log.js';
import { jsonContentType, matchesEtag, representationOf } from './representation.js';

/** The part of Node's ServerResponse that a ready answer needs. */
export type RawResponse = Pick<ServerResponse, 'writeHead' | 'end'>;

export interface HitRequest {
  readonly key: CacheKey;
  readonly ifNoneMatch: string | undefined;
  /** Nothing older will do. */
  readonly minimum: Version | undefined;
  /** Names and values in turn, to be sent along. None of them is one that every hit has. */
  readonly moreHeaders: readonly (string | string[])[];
  /** Default 200. */
  readonly status?: number;
  /** Default JSON. */
  readonly contentType?: string | undefined;
}

/** What a hit says about itself, whatever anybody else says. */
export const headersOfHits: ReadonlySet<string> = new Set([
  'etag',
  'age',
  'cache-control',
  'cache-status',
  'cache-groups',
  'content-type',
  'content-length',
]);

export interface WrittenHit {
  readonly status: number;
  readonly cacheStatus: string;
}

/** Answers with a ready entry, straight to the socket. Does nothing and returns nothing when it is not a hit. */
export function writeHit(runtime: CacheRuntime, response: RawResponse, request: HitRequest): WrittenHit | undefined {
  const now = runtime.scheduler.now();
  const entry = serveHeld(runtime.state, request.key, now, request.minimum);
  if (entry === undefined || entry.kind === 'absence') return undefined;
  const representation = representationOf(request.key, entry);
  if (representation.text === undefined) return undefined;
  logDecision(runtime, request.key, request.minimum);
  runtime.counters.hits += 1;
  runtime.past.note(request.key, 'fresh', now);
  const status = cacheStatus(runtime.config.name, { kind: 'hit', negative: false, ttlMs: entry.freshUntil - now });
  const age = String(Math.max(0, Math.floor((now - entry.readAt) / 1000)));
  const headers = [
    'etag',
    representation.etag,
    'age',
    age,
    'cache-control',
    representation.cacheControl,
    'cache-status',
    status,
    ...request.moreHeaders,
  ];
  if (representation.groups !== undefined && runtime.config.groupsHeader)
    headers.push('cache-groups', representation.groups);
  if (matchesEtag(request.ifNoneMatch, representation.etag)) {
    response.writeHead(304, headers);
    response.end();
    return { status: 304, cacheStatus: status };
  }
  headers.push('content-type', request.contentType ?? jsonContentType, 'content-length', representation.contentLength);
  response.writeHead(request.status ?? 200, headers);
  response.end(representation.text);
  return { status: request.status ?? 200, cacheStatus: status };
}
