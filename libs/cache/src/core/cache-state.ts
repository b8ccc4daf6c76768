import type { CacheKey } from './cache-key.js';
import { coherenceRules, type CoherenceRules } from './coherence-rules.js';
import type { FillTicket } from './fill-ticket.js';
import { emptyFloors, type Floors } from './floors.js';
import { noLease, type Lease } from './lease.js';
import { evictionPolicies } from './slots/eviction.js';
import type { EvictionPolicy, Slots } from './slots/slots.js';
import type { Version } from './version.js';

/** What an entry of either kind says about itself. Instants are monotonic milliseconds. */
interface EntryFacts {
  readonly version: Version;
  readonly readAt: number;
  readonly freshUntil: number;
  /** Until then it may still be served while it is loaded anew. Not before `freshUntil`. */
  readonly revalidatedUntil: number;
  /** Until then it may still be served when loading it anew fails. Not before `freshUntil`. */
  readonly onErrorUntil: number;
  /** Whose invalidation ends it too. */
  readonly groups: readonly CacheKey[];
  readonly scope: EntryScope;
}

/** `private`: for one user; kept apart, so that many users cannot push out what everybody asks for. */
export type EntryScope = 'shared' | 'private';

/** A remembered value, or a remembered absence. */
export type Entry<V> =
  (EntryFacts & { readonly kind: 'value'; readonly value: V }) | (EntryFacts & { readonly kind: 'absence' });

export interface CacheLimits {
  readonly capacity: number;
  readonly negativeCapacity: number;
  readonly privateCapacity: number;
  readonly maxTtlMs: number;
  readonly negativeTtlMs: number;
  readonly floorsMax: number;
  readonly fillsInFlightMax: number;
  readonly leaseMarginMs: number;
}

/** At most one load runs and one waits under a key while no lease is in force. */
export interface PrivateLane {
  running: FillTicket;
  queued: FillTicket | undefined;
}

/** The whole state of one frontend's cache. Changed by the steps in `coherent-cache.ts` and `cache-session.ts` only. */
export interface CoherentCacheState<V> {
  readonly limits: CacheLimits;
  readonly rules: CoherenceRules;
  readonly values: Slots<CacheKey, Entry<V>>;
  /** Apart, so that requests for unknown names cannot push products out. */
  readonly absences: Slots<CacheKey, Entry<V>>;
  readonly privates: Slots<CacheKey, Entry<V>>;
  /** Loads that may be joined, at most one a key. Apart from the slots, so that cold keys cannot push entries out. */
  readonly flights: Map<CacheKey, FillTicket>;
  readonly lanes: Map<CacheKey, PrivateLane>;
  /** Overtaken loads that still run. Nobody joins them any more. */
  readonly overtakenRunning: Map<CacheKey, Set<FillTicket>>;
  readonly floors: Floors;
  lease: Lease;
  /** Was a variant of a key ever asked for? Without any, an invalidation need not look for them. */
  hasVariants: boolean;
  /** Also those that were given up and still run. */
  fillsInFlight: number;
  /** Given up, and not ended yet. */
  fillsAbandoned: number;
  lastTicketId: number;
}

/** `policy` decides who leaves the slots of values; absences and private entries leave in the order of their use. */
export function createCache<V>(
  limits: CacheLimits,
  rules: CoherenceRules = coherenceRules,
  policy: EvictionPolicy = evictionPolicies.lru,
): CoherentCacheState<V> {
  return {
    limits,
    rules,
    values: policy(limits.capacity),
    absences: evictionPolicies.lru(limits.negativeCapacity),
    privates: evictionPolicies.lru(limits.privateCapacity),
    flights: new Map(),
    lanes: new Map(),
    overtakenRunning: new Map(),
    floors: emptyFloors(limits.floorsMax, rules.compare),
    lease: noLease,
    hasVariants: false,
    fillsInFlight: 0,
    fillsAbandoned: 0,
    lastTicketId: 0,
  };
}

export function heldUnder<V>(cache: CoherentCacheState<V>, key: CacheKey): Entry<V> | undefined {
  return cache.values.peek(key) ?? cache.absences.peek(key) ?? cache.privates.peek(key);
}

export function slotsOf<V>(cache: CoherentCacheState<V>, entry: Entry<V>): Slots<CacheKey, Entry<V>> {
  if (entry.kind === 'absence') return cache.absences;
  return entry.scope === 'private' ? cache.privates : cache.values;
}
