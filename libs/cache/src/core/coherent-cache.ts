import { collectionOf, isWholeCollection, type CacheKey } from './cache-key.js';
import { heldUnder, type CoherentCacheState, type Entry } from './cache-state.js';
import type { StoreVerdict } from './coherence-rules.js';
import { attemptsMax, type FillTicket } from './fill-ticket.js';
import { floorOf, raiseFloor } from './floors.js';
import { invariant } from './invariant.js';
import { leaseInForce, sessionOf } from './lease.js';
import type { LruSlots } from './lru-slots.js';
import type { Version } from './version.js';

/**
 * What to do for one request.
 * - `hit`: answer with the entry.
 * - `join`: wait for that load, somebody else has started it.
 * - `load`: start it, report to `fill` or `failFill`; others may join it.
 * - `pass`: no lease is in force. `runs`: start it now. `queued`: start it when `settleLane` returns it. `joins`: wait for it.
 * - `refuse`: too many loads under way.
 */
export type ServeDecision<V> =
  | { readonly kind: 'hit'; readonly entry: Entry<V> }
  | { readonly kind: 'join'; readonly ticket: FillTicket; readonly because: 'uri-miss' | 'stale' }
  | { readonly kind: 'load'; readonly ticket: FillTicket; readonly because: 'uri-miss' | 'stale'; readonly lateJoinPrevented: boolean }
  | { readonly kind: 'pass'; readonly ticket: FillTicket; readonly role: 'runs' | 'queued' | 'joins'; readonly because: 'uri-miss' | 'stale' }
  | { readonly kind: 'refuse' };

/** The entry if the request can be answered with it, and then it is the most recently used; otherwise nothing happens. */
export function serveHeld<V>(cache: CoherentCacheState<V>, key: CacheKey, now: number): Entry<V> | undefined {
  const held = heldUnder(cache, key);
  if (held === undefined || now >= held.freshUntil || !cache.rules.mayServe(cache.lease, now)) return undefined;
  slotsOf(cache, held).touch(key);
  return held;
}

export function serve<V>(cache: CoherentCacheState<V>, key: CacheKey, now: number): ServeDecision<V> {
  invariant(!isWholeCollection(key), `a key with an empty name stands for its collection and holds no entry: ${key}`);
  const hit = serveHeld(cache, key, now);
  if (hit !== undefined) return { kind: 'hit', entry: hit };

  const because = heldUnder(cache, key) === undefined ? 'uri-miss' : 'stale';
  const flight = cache.flights.get(key);
  if (flight !== undefined && cache.rules.mayJoin(cache.lease, flight, now)) return { kind: 'join', ticket: flight, because };
  if (!leaseInForce(cache.lease, now)) return passThrough(cache, key, now, because);
  if (cache.fillsInFlight >= cache.limits.fillsInFlightMax) return { kind: 'refuse' };

  const ticket = issueTicket(cache, { key, now, attempt: 1, shared: true });
  cache.flights.set(key, ticket);
  return { kind: 'load', ticket, because, lateJoinPrevented: cache.overtakenRunning.has(key) };
}

/** Joins only a load that has not started yet: it reads after everything that was acknowledged before this request. */
function passThrough<V>(cache: CoherentCacheState<V>, key: CacheKey, now: number, because: 'uri-miss' | 'stale'): ServeDecision<V> {
  const lane = cache.lanes.get(key);
  if (lane?.queued !== undefined) return { kind: 'pass', ticket: lane.queued, role: 'joins', because };
  if (cache.fillsInFlight >= cache.limits.fillsInFlightMax) return { kind: 'refuse' };
  const ticket = issueTicket(cache, { key, now, attempt: 1, shared: false });
  if (lane === undefined) {
    cache.lanes.set(key, { running: ticket, queued: undefined });
    return { kind: 'pass', ticket, role: 'runs', because };
  }
  lane.queued = ticket;
  return { kind: 'pass', ticket, role: 'queued', because };
}

export interface InvalidateOutcome {
  /** `dropped`: an older entry is gone. `raised`: nothing older was held. `unchanged`: late or repeated, nothing to do. */
  readonly applied: 'dropped' | 'raised' | 'unchanged';
  readonly flightsOvertaken: number;
}

/**
 * Applies "the key changed at `version`", for one key or a whole collection. When this returns, nobody who asks from
 * now on is served anything read before that change; only then may the invalidation be acknowledged.
 * A newer entry stays, so invalidations may arrive late, twice and in any order.
 */
export function invalidate<V>(cache: CoherentCacheState<V>, key: CacheKey, version: Version): InvalidateOutcome {
  const raised = raiseFloor(cache.floors, key, version, cache.rules.mergeFloor);
  let dropped = 0;
  let flightsOvertaken = 0;
  for (const covered of coveredKeys(cache, key)) {
    const held = heldUnder(cache, covered);
    if (held !== undefined && cache.rules.compare(held.version, version) < 0) {
      slotsOf(cache, held).delete(covered);
      dropped += 1;
    }
    if (raised && overtakeFlight(cache, covered)) flightsOvertaken += 1;
  }
  return { applied: dropped > 0 ? 'dropped' : raised ? 'raised' : 'unchanged', flightsOvertaken };
}

/** Removes whatever is held under the key, whatever its version, and keeps the load under way from storing. */
export function forget<V>(cache: CoherentCacheState<V>, key: CacheKey): boolean {
  let held = false;
  for (const covered of coveredKeys(cache, key)) {
    held = cache.values.delete(covered) || held;
    held = cache.absences.delete(covered) || held;
    const flight = cache.flights.get(covered);
    if (flight !== undefined) flight.fate = 'void';
    cache.flights.delete(covered);
    for (const overtaken of cache.overtakenRunning.get(covered) ?? []) overtaken.fate = 'void';
  }
  return held;
}

/** What a load brought back. */
export type LoadResult<V> =
  | { readonly kind: 'value'; readonly value: V; readonly version: Version }
  | { readonly kind: 'absence'; readonly version: Version };

export type FillDecision<V> =
  | {
      /** Answer everybody who waits for the ticket. */
      readonly kind: 'answer';
      readonly entry: Entry<V>;
      readonly verdict: StoreVerdict;
      readonly evicted: CacheKey | undefined;
      /** Every repetition was overtaken as well. */
      readonly overtaken: boolean;
      /** The owner has restarted and this cache has not registered with its new life. */
      readonly epochAhead: boolean;
    }
  /** What was read may be from before a change that was acknowledged: load again, or wait for the load that is under way. */
  | { readonly kind: 'repeat'; readonly ticket: FillTicket; readonly role: 'runs' | 'joins' };

export function fill<V>(cache: CoherentCacheState<V>, ticket: FillTicket, result: LoadResult<V>, now: number): FillDecision<V> {
  const facts = {
    ticket,
    version: result.version,
    floor: floorOf(cache.floors, ticket.key),
    lease: cache.lease,
    held: heldUnder(cache, ticket.key)?.version,
    placeholderUnderKey: cache.flights.has(ticket.key),
  };
  settleTicket(cache, ticket);

  const mayAnswer = cache.rules.mayAnswer(facts);
  if (!mayAnswer && ticket.attempt < attemptsMax) return repeatLoad(cache, ticket, now);

  const entry = toEntry(cache, ticket, result, now);
  const verdict = slotsOf(cache, entry).capacity === 0 ? 'no-room' : cache.rules.mayStore(facts);
  return {
    kind: 'answer',
    entry,
    verdict,
    evicted: verdict === 'stored' ? store(cache, ticket.key, entry) : undefined,
    overtaken: !mayAnswer,
    epochAhead: cache.lease.kind === 'held' && result.version.epoch > cache.lease.epoch,
  };
}

/**
 * Stores a value that nobody asked this cache for, under the rules of a load that was overtaken: its version alone proves
 * that it is new enough.
 */
export function offer<V>(cache: CoherentCacheState<V>, key: CacheKey, result: LoadResult<V>, now: number): StoreVerdict {
  const ticket: FillTicket = { id: 0, key, session: sessionOf(cache.lease), startedAt: now, attempt: 1, shared: true, fate: 'overtaken' };
  const entry = toEntry(cache, ticket, result, now);
  const held = heldUnder(cache, key)?.version;
  const facts = { ticket, version: result.version, floor: floorOf(cache.floors, key), lease: cache.lease, held, placeholderUnderKey: false };
  const verdict = slotsOf(cache, entry).capacity === 0 ? 'no-room' : cache.rules.mayStore(facts);
  if (verdict === 'stored') store(cache, key, entry);
  return verdict;
}

/** The load failed or was given up; whoever waits gets the error. Nothing is remembered. */
export function failFill<V>(cache: CoherentCacheState<V>, ticket: FillTicket): void {
  settleTicket(cache, ticket);
}

/** Call after `fill` or `failFill` of a private load: returns the load that waited for its turn, to be started now. */
export function settleLane<V>(cache: CoherentCacheState<V>, ticket: FillTicket): FillTicket | undefined {
  const lane = cache.lanes.get(ticket.key);
  if (lane === undefined || lane.running !== ticket) return undefined;
  if (lane.queued === undefined) {
    cache.lanes.delete(ticket.key);
    return undefined;
  }
  lane.running = lane.queued;
  lane.queued = undefined;
  return lane.running;
}

function repeatLoad<V>(cache: CoherentCacheState<V>, previous: FillTicket, now: number): FillDecision<V> {
  const current = cache.flights.get(previous.key);
  if (current !== undefined) return { kind: 'repeat', ticket: current, role: 'joins' };
  const shared = leaseInForce(cache.lease, now);
  const ticket = issueTicket(cache, { key: previous.key, now, attempt: previous.attempt + 1, shared });
  if (shared) cache.flights.set(ticket.key, ticket);
  return { kind: 'repeat', ticket, role: 'runs' };
}

function store<V>(cache: CoherentCacheState<V>, key: CacheKey, entry: Entry<V>): CacheKey | undefined {
  (entry.kind === 'value' ? cache.absences : cache.values).delete(key);
  return slotsOf(cache, entry).set(key, entry)?.key;
}

function toEntry<V>(cache: CoherentCacheState<V>, ticket: FillTicket, result: LoadResult<V>, now: number): Entry<V> {
  // The value is at most as old as its load; the time it is kept counts from now, its age from there.
  const readAt = ticket.startedAt;
  return result.kind === 'value'
    ? { kind: 'value', value: result.value, version: result.version, readAt, freshUntil: now + cache.limits.maxTtlMs }
    : { kind: 'absence', version: result.version, readAt, freshUntil: now + cache.limits.negativeTtlMs };
}

function slotsOf<V>(cache: CoherentCacheState<V>, entry: Entry<V>): LruSlots<CacheKey, Entry<V>> {
  return entry.kind === 'value' ? cache.values : cache.absences;
}

function issueTicket<V>(
  cache: CoherentCacheState<V>,
  load: { key: CacheKey; now: number; attempt: number; shared: boolean },
): FillTicket {
  cache.fillsInFlight += 1;
  cache.lastTicketId += 1;
  const session = sessionOf(cache.lease);
  return { id: cache.lastTicketId, key: load.key, session, startedAt: load.now, attempt: load.attempt, shared: load.shared, fate: 'live' };
}

function settleTicket<V>(cache: CoherentCacheState<V>, ticket: FillTicket): void {
  cache.fillsInFlight -= 1;
  // Only in its own name: a later load may stand under the key by now.
  if (cache.flights.get(ticket.key) === ticket) cache.flights.delete(ticket.key);
  const overtaken = cache.overtakenRunning.get(ticket.key);
  if (overtaken?.delete(ticket) === true && overtaken.size === 0) cache.overtakenRunning.delete(ticket.key);
}

function overtakeFlight<V>(cache: CoherentCacheState<V>, key: CacheKey): boolean {
  const flight = cache.flights.get(key);
  if (flight === undefined || !cache.rules.invalidationEndsFlight()) return false;
  flight.fate = 'overtaken';
  cache.flights.delete(key);
  const overtaken = cache.overtakenRunning.get(key);
  if (overtaken === undefined) cache.overtakenRunning.set(key, new Set([flight]));
  else overtaken.add(flight);
  return true;
}

function coveredKeys<V>(cache: CoherentCacheState<V>, key: CacheKey): readonly CacheKey[] {
  if (!isWholeCollection(key)) return [key];
  const collection = collectionOf(key);
  const covered = new Set<CacheKey>();
  for (const slots of [cache.values, cache.absences]) for (const [held] of slots.entries()) covered.add(held);
  for (const loads of [cache.flights, cache.overtakenRunning]) for (const loading of loads.keys()) covered.add(loading);
  return [...covered].filter((candidate) => collectionOf(candidate) === collection);
}
