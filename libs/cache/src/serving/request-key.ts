import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { isEntryKey, isVariant, variantOf, type CacheKey } from '../core/cache-key.js';
import type { CachedOptions } from './cached.decorator.js';

/**
 * Why the cache has no part in a request.
 * - `method`: neither GET nor HEAD. `authorization`: the route is neither public nor private. `user`: nobody can tell who asks.
 * - `name`: the route's `key` knows no such name.
 */
export type BypassReason = 'method' | 'authorization' | 'user' | 'name';

/** Under which key a request is answered, or why the cache has no part in it. */
export type RequestKey =
  { readonly kind: 'key'; readonly key: CacheKey } | { readonly kind: 'bypass'; readonly because: BypassReason };

type KeyedRequest = Pick<IncomingRequest, 'method' | 'headers' | 'params' | 'query'>;

const userLengthMax = 256;
const varyValueLengthMax = 256;

export function requestKey(options: CachedOptions, request: IncomingRequest): RequestKey {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { kind: 'bypass', because: 'method' };
  const isPrivate = options.scope === 'private';
  // RFC 9111 §3.5: an answer to somebody who proved who they are may be meant for them alone.
  if (request.headers['authorization'] !== undefined && options.public !== true && !isPrivate)
    return { kind: 'bypass', because: 'authorization' };
  const key = sharedKey(options, request);
  if (key === undefined) return { kind: 'bypass', because: 'name' };
  if (!isPrivate) return { kind: 'key', key };
  const user = options.user?.(request);
  if (user === undefined || user === '' || user.length > userLengthMax) return { kind: 'bypass', because: 'user' };
  return { kind: 'key', key: variantOf(key, `user=${JSON.stringify(user)}`) };
}

/** The key with what the answer varies by. Nothing for a name that the route does not know, or that could pass for a variant. */
export function sharedKey(options: CachedOptions, request: KeyedRequest): CacheKey | undefined {
  const key = options.key(request.params, request.query ?? {});
  if (key === undefined || !isEntryKey(key) || isVariant(key)) return undefined;
  if (options.vary === undefined) return key;
  const values: string[] = [];
  for (const name of options.vary) {
    const value = request.headers[name];
    const text = Array.isArray(value) ? value.join(', ') : value;
    // Absent and empty are not the same; too long is nobody's usual answer.
    if (text !== undefined && text.length > varyValueLengthMax) return undefined;
    values.push(text === undefined ? '-' : JSON.stringify(text));
  }
  return variantOf(key, values.join(' '));
}
