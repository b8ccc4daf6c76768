import type { CacheKey } from './cache-key.js';
import { coherenceRules, type CoherenceRules } from './coherence-rules.js';
import type { FillTicket } from './fill-ticket.js';
import { emptyFloors, type Floors } from './floors.js';
import { noLease, type Lease } from './lease.js';
import { LruSlots } from './lru-slots.js';
import type { Version } from './version.js';

/** A remembered value, or a remembered absence. Instants are monotonic milliseconds. */
export type Entry<V> =
  | { readonly kind: 'value'; readonly value: V; readonly version: Version; readonly readAt: number; readonly freshUntil: number }
  | { readonly kind: 'absence'; readonly version: Version; readonly readAt: number; readonly freshUntil: number };

export interface CacheLimits {
  readonly capacity: number;
  readonly negativeCapacity: number;
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
  readonly values: LruSlots<CacheKey, Entry<V>>;
  /** Apart, so that requests for unknown names cannot push products out. */
  readonly absences: LruSlots<CacheKey, Entry<V>>;
  /** Loads that may be joined, at most one a key. Apart from the slots, so that cold keys cannot push entries out. */
  readonly flights: Map<CacheKey, FillTicket>;
  readonly lanes: Map<CacheKey, PrivateLane>;
  /** Overtaken loads that still run. Nobody joins them any more. */
  readonly overtakenRunning: Map<CacheKey, Set<FillTicket>>;
  readonly floors: Floors;
  lease: Lease;
  fillsInFlight: number;
  lastTicketId: number;
}

export function createCache<V>(limits: CacheLimits, rules: CoherenceRules = coherenceRules): CoherentCacheState<V> {
  return {
    limits,
    rules,
    values: new LruSlots(limits.capacity),
    absences: new LruSlots(limits.negativeCapacity),
    flights: new Map(),
    lanes: new Map(),
    overtakenRunning: new Map(),
    floors: emptyFloors(limits.floorsMax),
    lease: noLease,
    fillsInFlight: 0,
    lastTicketId: 0,
  };
}

export function heldUnder<V>(cache: CoherentCacheState<V>, key: CacheKey): Entry<V> | undefined {
  return cache.values.peek(key) ?? cache.absences.peek(key);
}
