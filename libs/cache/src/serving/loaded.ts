import type { Version } from '../core/version.js';

/**
 * What a loader brings back: the value, or the fact that there is none, together with the owner's version taken **in
 * the same turn** as the value. A version taken later (when the answer is sent, say) makes old values look new.
 */
export type Loaded<T> = LoadedFacts & ({ readonly value: T; readonly absent?: false } | { readonly absent: true });

interface LoadedFacts {
  readonly epoch: number;
  readonly sequence: number;
  /** Names of the groups whose invalidation ends this entry too. At most 32, each 1 to 128 visible ASCII characters. */
  readonly groups?: readonly string[] | undefined;
}

/** A handler's value with its version. Make it with `versioned`. */
export class Versioned<T> {
  constructor(
    readonly value: T,
    readonly version: Version,
    readonly groups?: readonly string[],
  ) {}
}

/** A handler's "there is no such thing" with its version, so that the absence can be cached too. Make it with `absent`. */
export class Absent {
  constructor(
    readonly version: Version,
    readonly groups?: readonly string[],
  ) {}
}

/** What the handler of a `@Cached` route returns. */
export type CachedResult<T = unknown> = Versioned<T> | Absent;

/** What else is known of a value. */
export interface LoadedDetails {
  /** Groups that show in the value itself, beside those that `@Cached` names. */
  readonly groups?: readonly string[];
}

/**
 * Wraps what the handler of a `@Cached` route answers. `value` is the response body before serialisation; treat it as
 * frozen, later requests are answered with it.
 */
export function versioned<T>(value: T, version: Version, { groups }: LoadedDetails = {}): Versioned<T> {
  return new Versioned(value, { epoch: version.epoch, sequence: version.sequence }, groups);
}

/**
 * What the handler of a `@Cached` route returns when the owner says that there is nothing under the key. The
 * interceptor answers with the route's `notFound` error and remembers the absence for `negative.ttlMs`.
 * An exception that the handler throws, also a 404, is never cached.
 */
export function absent(version: Version, { groups }: LoadedDetails = {}): Absent {
  return new Absent({ epoch: version.epoch, sequence: version.sequence }, groups);
}
