import type { CacheKey } from './cache-key.js';
import type { Version } from './version.js';

/**
 * - `live`: nothing has happened to the key since the load started.
 * - `overtaken`: an invalidation came in meanwhile. Its answer is stored only if its version shows that it was read after that.
 * - `void`: the cache was emptied, or the key was removed without a version, meanwhile. Its answer is never stored.
 */
export type TicketFate = 'live' | 'overtaken' | 'void';

/**
 * The identity of one load. A load is allowed to store only in its own name: a placeholder under the key would be
 * filled by whoever answers first (A starts, an invalidation removes A, B starts, A's old answer fills B's placeholder).
 */
export interface FillTicket {
  readonly id: number;
  readonly key: CacheKey;
  /** The session the load started in. A load from before a flush never stores. */
  readonly session: string | undefined;
  readonly startedAt: number;
  /** 1 for the first load, one more for each repetition. */
  readonly attempt: number;
  /** What had been acknowledged for the key when the load started. An owner that answers with less has broken its word. */
  readonly floorAtStart: Version;
  /** False: a load without a lease, for those who arrived before it started; stores nothing. */
  readonly shared: boolean;
  fate: TicketFate;
}

/** First load plus three repetitions; then the waiters are answered with what there is, uncached. */
export const attemptsMax = 4;
