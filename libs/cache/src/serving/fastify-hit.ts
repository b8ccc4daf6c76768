import type { IncomingRequest } from '../calls/call-auth.guard.js';
import type { CacheKey } from '../core/cache-key.js';
import type { CacheRuntime } from './cache-runtime.js';
import { cachedRouteConfigKey, type CachedOptions } from './cached.decorator.js';
import { mergedVary } from './merged-vary.js';
import { parseMinimumVersion } from './minimum-version.js';
import type { DeclaredAnswer } from './declared-answer.js';
import { headersOfHits, writeHit, type HitRequest, type RawResponse } from './write-hit.js';

/** The parts of Fastify that the fast paths touch; its types would make Fastify a dependency. */
export interface FastifyLike {
  addHook(name: 'onRequest' | 'preHandler', hook: FastifyHook): void;
  addHook(name: 'onRoute', hook: (this: object, route: FastifyRouteLike) => void): void;
  addHook(name: 'onReady', hook: () => Promise<void>): void;
}
/** What a route is registered with, and its own hooks. */
export interface FastifyRouteLike extends Readonly<
  Partial<Record<'onRequest' | 'preParsing' | 'preValidation' | 'preHandler' | 'preSerialization' | 'onSend', unknown>>
> {
  readonly method: string | readonly string[];
  readonly config?: { readonly [cachedRouteConfigKey]?: CachedOptions };
  readonly schema?: { readonly response?: unknown };
  readonly serializerCompiler?: unknown;
}
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void;
export interface FastifyRequestLike extends IncomingRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly routeOptions: { readonly config?: { readonly [cachedRouteConfigKey]?: CachedOptions } };
}
export interface FastifyReplyLike {
  readonly raw: RawResponse;
  getHeaders(): Readonly<Record<string, string | number | readonly string[] | undefined>>;
  header(name: string, value: string): void;
  hijack(): void;
}

export interface FastifyHit {
  readonly request: FastifyRequestLike;
  readonly reply: FastifyReplyLike;
  readonly key: CacheKey;
  readonly options: CachedOptions;
  readonly declared: DeclaredAnswer;
}

/** Answers with a ready entry in a hook, with what others have put into the reply. @returns false: it is no hit, nothing was done. */
export function answerHit(runtime: CacheRuntime, { request, reply, key, options, declared }: FastifyHit): boolean {
  const written = writeHit(runtime, reply.raw, {
    key,
    ifNoneMatch: request.headers['if-none-match'],
    minimum: parseMinimumVersion(request.headers[runtime.config.minimumVersionHeader]),
    moreHeaders: moreHeaders(reply, options, declared),
    status: declared.status,
    contentType: declared.contentType,
  });
  if (written === undefined) return false;
  reply.hijack();
  // For hooks that log the answer; nothing is sent through the reply any more.
  reply.header('cache-status', written.cacheStatus);
  return true;
}

function moreHeaders(
  reply: FastifyReplyLike,
  { vary }: CachedOptions,
  declared: DeclaredAnswer,
): HitRequest['moreHeaders'] {
  const headers: (string | string[])[] = [];
  const given = reply.getHeaders();
  for (const name in given) {
    if (headersOfHits.has(name) || name === 'vary' || declared.headers.some(([other]) => other === name)) continue;
    const value = given[name];
    headers.push(name, Array.isArray(value) ? value.map(String) : String(value));
  }
  for (const [name, value] of declared.headers) headers.push(name, typeof value === 'function' ? value() : value);
  const ours = vary === undefined || vary.length === 0 ? undefined : vary.join(', ');
  const others = given['vary'];
  if (ours !== undefined) headers.push('vary', others === undefined ? ours : mergedVary(others, ours));
  else if (others !== undefined) headers.push('vary', String(others));
  return headers;
}
