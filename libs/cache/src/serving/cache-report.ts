import type { CacheKey } from '../core/cache-key.js';
import type { EntryScope } from '../core/cache-state.js';
import type { Version } from '../core/version.js';
import type { PastOutcome } from './past-requests.js';

/** Counters since the start and sizes now. */
export interface CacheStats {
  readonly name: string;
  readonly capacity: number;
  /** Keys of the shared entries, first out first; with the default policy that is least recently used first. */
  readonly keys: readonly CacheKey[];
  readonly negativeEntries: number;
  readonly privateEntries: number;
  readonly fillsInFlight: number;
  readonly floors: number;
  readonly hits: number;
  readonly negativeHits: number;
  /** Entries that had outlived their time and were served while they were loaded anew, and because that failed. */
  readonly staleHits: number;
  readonly staleOnError: number;
  /** Requests that had seen something newer than what was held. */
  readonly belowMinimum: number;
  readonly misses: number;
  /** Requests that waited for a load that was under way. */
  readonly collapsed: number;
  /** Requests that went to the owner because no lease was in force. */
  readonly passes: number;
  readonly evictions: number;
  /** The owner's, whichever way they came. */
  readonly invalidations: number;
  readonly staleFillsPrevented: number;
  readonly lateJoinsPrevented: number;
  readonly overtaken: number;
  /** Loads that brought less than the owner had acknowledged before: it does not commit before it invalidates. */
  readonly regressions: number;
  readonly sessionVoids: number;
  readonly heartbeatsFailed: number;
  readonly unversionedSetsRefused: number;
  readonly session: string | undefined;
  readonly epoch: number | undefined;
  readonly leaseInForce: boolean;
  /** 0 when no lease is in force. */
  readonly leaseRemainingMs: number;
}

/** Why a request for a key would be answered the way it would be, now. Changes nothing, also not the recency. */
export interface CacheExplanation {
  readonly key: CacheKey;
  readonly held: 'value' | 'absence' | 'nothing';
  readonly version: Version | undefined;
  readonly scope: EntryScope | undefined;
  readonly ageMs: number | undefined;
  readonly freshForMs: number | undefined;
  /** Loads older than this are not stored. */
  readonly floor: Version;
  readonly flight: 'none' | 'joinable' | 'private';
  readonly leaseInForce: boolean;
  /** 0 when no lease is in force. */
  readonly leaseRemainingMs: number;
  /** Groups that the entry belongs to. */
  readonly groups: readonly CacheKey[];
  readonly wouldServe: 'hit' | 'negative-hit' | 'stale-hit' | 'join' | 'load' | 'pass';
  /** One sentence. */
  readonly because: string;
  /** What became of the requests for the key so far, also of those that went past the cache; the latest way first. */
  readonly pastRequests: readonly PastOutcome[];
}
