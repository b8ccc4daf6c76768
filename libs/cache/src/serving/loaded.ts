import type { Version } from '../core/version.js';

/**
 * What a loader brings back: the value, or the fact that there is none, together with the owner's version taken **in
 * the same turn** as the value. A version taken later (when the answer is sent, say) makes old values look new.
 */
export type Loaded<T> =
  | { readonly value: T; readonly absent?: false; readonly epoch: number; readonly sequence: number }
  | { readonly absent: true; readonly epoch: number; readonly sequence: number };

/** A handler's value with its version. Make it with `versioned`. */
export class Versioned<T> {
  constructor(
    readonly value: T,
    readonly version: Version,
  ) {}
}

/** A handler's "there is no such thing" with its version, so that the absence can be cached too. Make it with `absent`. */
export class Absent {
  constructor(readonly version: Version) {}
}

/** What the handler of a `@Cached` route returns. */
export type CachedResult<T = unknown> = Versioned<T> | Absent;

/**
 * Wraps what the handler of a `@Cached` route answers. `value` is the response body before serialisation; treat it as
 * frozen, later requests are answered with it.
 */
export function versioned<T>(value: T, version: Version): Versioned<T> {
  return new Versioned(value, { epoch: version.epoch, sequence: version.sequence });
}

/**
 * What the handler of a `@Cached` route returns when the owner says that there is nothing under the key. The
 * interceptor answers with the route's `notFound` error and remembers the absence for `negative.ttlMs`.
 * An exception that the handler throws, also a 404, is never cached.
 */
export function absent(version: Version): Absent {
  return new Absent({ epoch: version.epoch, sequence: version.sequence });
}
