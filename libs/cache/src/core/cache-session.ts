import { isEntryKey, type CacheKey } from './cache-key.js';
import { heldUnder, type CoherentCacheState } from './cache-state.js';
import { invalidate, type InvalidateOutcome } from './coherent-cache.js';
import { raiseGlobalFloor } from './floors.js';
import { leaseEnd, leaseInForce, noLease, type Grant, type Lease } from './lease.js';
import type { Version } from './version.js';

/** An invalidation as it travels in a heartbeat's answer: the epoch is the answer's. */
export interface PendingInvalidation {
  readonly key: CacheKey;
  readonly sequence: number;
}

/** Forgets every entry and absence, and every load under way as far as storing and joining go. Floors stay. */
export function flush<V>(cache: CoherentCacheState<V>): void {
  cache.values.clear();
  cache.absences.clear();
  cache.privates.clear();
  const loads = [...cache.flights.values(), ...[...cache.overtakenRunning.values()].flatMap((tickets) => [...tickets])];
  if (cache.rules.flushVoidsLoads()) for (const ticket of loads) ticket.fate = 'void';
  cache.flights.clear();
}

/** Call this *before* the registration is sent: what the old session held ends here. */
export function beginSession<V>(cache: CoherentCacheState<V>, session: string): void {
  if (cache.rules.newSessionStartsEmpty()) flush(cache);
  cache.lease = { kind: 'asked', session, grant: undefined };
}

/** No session any more, for a shutdown. */
export function endSession<V>(cache: CoherentCacheState<V>): void {
  flush(cache);
  cache.lease = noLease;
}

/**
 * The owner's answer to the registration of a session; it is no lease. False when it changes nothing: the session has
 * ended, or another answer to it was here first. One session has one grant, so that its heartbeats are those of the
 * registration that found the cache empty, and not of a copy that arrived later.
 */
export function takeGrant<V>(cache: CoherentCacheState<V>, session: string, grant: Grant): boolean {
  const { lease } = cache;
  if (lease.kind !== 'asked' || lease.session !== session || lease.grant !== undefined) return false;
  cache.lease = { kind: 'asked', session, grant };
  return true;
}

/** The owner's answer to a heartbeat. */
export interface LeaseAnswer {
  readonly session: string;
  readonly epoch: number;
  /** The highest sequence that the owner had announced. */
  readonly sequence: number;
  /** When the request was sent and its answer received, by the subscriber's clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** 0: not renewed this time. */
  readonly leaseMs: number;
  readonly invalidations: readonly PendingInvalidation[];
}

/**
 * - `applied`: `acknowledge` has to travel with the next heartbeat; `news` when one of them had not arrived another way.
 * - `obsolete`: an answer to a session that has ended; nothing changed.
 * - `other-epoch`: the owner has restarted; begin a new session.
 */
export type LeaseAnswerOutcome =
  | {
      readonly kind: 'applied';
      readonly acknowledge: readonly PendingInvalidation[];
      readonly news: boolean;
      /** What each of the invalidations did. */
      readonly applied: readonly InvalidateOutcome['applied'][];
    }
  | { readonly kind: 'obsolete' }
  | { readonly kind: 'other-epoch' };

export function takeLeaseAnswer<V>(cache: CoherentCacheState<V>, answer: LeaseAnswer): LeaseAnswerOutcome {
  const lease = cache.lease;
  if (lease.kind === 'none' || lease.grant === undefined) return { kind: 'obsolete' };
  if (!cache.rules.isOfThisSession(lease.session, answer.session)) return { kind: 'obsolete' };
  if (!cache.rules.isOfThisEpoch(lease.grant.epoch, answer.epoch)) return { kind: 'other-epoch' };

  // Invalidations first: not one request may be served between a longer lease and the news that came with it.
  const applied: InvalidateOutcome['applied'][] = [];
  for (const { key, sequence } of cache.rules.appliesAnswers() ? answer.invalidations : []) {
    applied.push(invalidate(cache, key, { epoch: answer.epoch, sequence }).applied);
  }
  if (answer.leaseMs > 0) cache.lease = extended(cache, lease, lease.grant, answer);
  const news = applied.some((outcome) => outcome !== 'unchanged');
  return { kind: 'applied', acknowledge: answer.invalidations, news, applied };
}

function extended<V>(
  cache: CoherentCacheState<V>,
  lease: Exclude<Lease, { readonly kind: 'none' }>,
  grant: Grant,
  answer: LeaseAnswer,
): Lease {
  const from = cache.rules.leaseCountsFrom(answer.sentAt, answer.receivedAt);
  const end = leaseEnd({
    from,
    leaseMs: answer.leaseMs,
    marginMs: cache.rules.leaseMargin(cache.limits.leaseMarginMs),
  });
  if (lease.kind === 'held') return { ...lease, until: Math.max(end, lease.until) };
  // Nobody has told this session of changes before its first lease, and answers of an earlier life may be under way.
  const { epoch, sequence } = answer;
  if (cache.rules.firstLeaseRaisesFloor()) raiseGlobalFloor(cache.floors, { epoch, sequence });
  return { kind: 'held', session: lease.session, grant, epoch, until: end };
}

/** How a request for the key would be answered now. */
export interface Forecast {
  readonly wouldServe: 'hit' | 'negative-hit' | 'stale-hit' | 'join' | 'load' | 'pass';
  readonly floor: Version;
  readonly flight: 'none' | 'joinable' | 'private';
  readonly leaseInForce: boolean;
}

/** Changes nothing, also not the recency. */
export function forecast<V>(cache: CoherentCacheState<V>, key: CacheKey, now: number, minimum?: Version): Forecast {
  const inForce = leaseInForce(cache.lease, now);
  const held = isEntryKey(key) ? heldUnder(cache, key) : undefined;
  const flight = cache.flights.has(key) ? 'joinable' : cache.lanes.has(key) ? 'private' : 'none';
  const facts = {
    floor: cache.rules.floorOf(cache.floors, key, held?.groups ?? []),
    flight,
    leaseInForce: inForce,
  } as const;
  if (!inForce) return { wouldServe: 'pass', ...facts };
  if (held !== undefined && (minimum === undefined || cache.rules.meetsMinimum(held.version, minimum))) {
    if (now < held.freshUntil) return { wouldServe: held.kind === 'value' ? 'hit' : 'negative-hit', ...facts };
    if (now < held.revalidatedUntil) return { wouldServe: 'stale-hit', ...facts };
  }
  return { wouldServe: flight === 'joinable' ? 'join' : 'load', ...facts };
}
