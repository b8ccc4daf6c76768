import { isEntryKey, isVariant, type CacheKey } from './cache-key.js';
import { heldUnder, slotsOf, type CoherentCacheState, type Entry, type EntryScope } from './cache-state.js';
import type { FillFacts, StoreVerdict } from './coherence-rules.js';
import { coverageOf } from './coverage.js';
import { attemptsMax, type FillTicket } from './fill-ticket.js';
import { raiseFloor } from './floors.js';
import { invariant } from './invariant.js';
import { leaseInForce, sessionOf } from './lease.js';
import { nothingHeld } from './variant-miss.js';
import { compareVersions, type Version } from './version.js';

/**
 * Why what is held does not do: nothing is, only other variants are, it has outlived its time, or the request asks for
 * something newer (RFC 9211 §2.2). `miss`: nothing is, and whether other variants are was not looked for to the end.
 */
export type MissReason = 'uri-miss' | 'vary-miss' | 'miss' | 'stale' | 'request';

/**
 * What to do for one request.
 * - `hit`: answer with the entry.
 * - `stale-hit`: answer with the entry, which has outlived its time; if there is a ticket, start that load and wait for nobody.
 * - `join`: wait for that load, somebody else has started it. Ask `joinSuffices` about what it brings.
 * - `load`: start it, report to `fill` or `failFill`; others may join it.
 * - `pass`: no lease is in force. `runs`: start it now. `queued`: start it when `settleLane` returns it. `joins`: wait for it.
 * - `refuse`: too many loads under way.
 */
export type ServeDecision<V> =
  | { readonly kind: 'hit'; readonly entry: Entry<V> }
  | { readonly kind: 'stale-hit'; readonly entry: Entry<V>; readonly revalidation: FillTicket | undefined }
  | { readonly kind: 'join'; readonly ticket: FillTicket; readonly because: MissReason }
  | {
      readonly kind: 'load';
      readonly ticket: FillTicket;
      readonly because: MissReason;
      readonly lateJoinPrevented: boolean;
    }
  | {
      readonly kind: 'pass';
      readonly ticket: FillTicket;
      readonly role: 'runs' | 'queued' | 'joins';
      readonly because: MissReason;
    }
  | { readonly kind: 'refuse' };

/**
 * The entry if the request can be answered with it, and then it counts as used; otherwise nothing happens.
 * @param minimum The version of a change that whoever asks has seen acknowledged: nothing older is for them, even when
 * the invalidation has not arrived yet because the owner acknowledges in the background.
 */
export function serveHeld<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  now: number,
  minimum?: Version,
): Entry<V> | undefined {
  const held = readyEntry(cache, key, now, minimum);
  if (held !== undefined) slotsOf(cache, held).touch(key);
  return held;
}

/** As `serveHeld`, without counting as use. */
export function readyEntry<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  now: number,
  minimum?: Version,
): Entry<V> | undefined {
  const held = heldUnder(cache, key);
  if (held === undefined || now >= held.freshUntil || !cache.rules.mayServe(cache.lease, now)) return undefined;
  if (minimum !== undefined && !cache.rules.meetsMinimum(held.version, minimum)) return undefined;
  return held;
}

export function serve<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  now: number,
  minimum?: Version,
): ServeDecision<V> {
  invariant(isEntryKey(key), `holds no entry, because it stands for a collection or a group, or is too long: ${key}`);
  const hit = serveHeld(cache, key, now, minimum);
  if (hit !== undefined) return { kind: 'hit', entry: hit };

  const held = heldUnder(cache, key);
  const isNewEnough = held !== undefined && (minimum === undefined || cache.rules.meetsMinimum(held.version, minimum));
  if (isNewEnough && now < held.revalidatedUntil && cache.rules.mayServeStale(cache.lease, now)) {
    slotsOf(cache, held).touch(key);
    return { kind: 'stale-hit', entry: held, revalidation: revalidate(cache, key, now) };
  }
  const because = held === undefined ? nothingHeld(cache, key) : isNewEnough ? 'stale' : 'request';
  const flight = cache.flights.get(key);
  if (flight !== undefined && cache.rules.mayJoin(cache.lease, flight, now))
    return { kind: 'join', ticket: flight, because };
  if (!leaseInForce(cache.lease, now)) return passThrough(cache, key, now, because);
  if (cache.fillsInFlight >= cache.limits.fillsInFlightMax) return { kind: 'refuse' };

  const ticket = issueTicket(cache, { key, now, attempt: 1, shared: true });
  cache.flights.set(key, ticket);
  return { kind: 'load', ticket, because, lateJoinPrevented: cache.overtakenRunning.has(key) };
}

function revalidate<V>(cache: CoherentCacheState<V>, key: CacheKey, now: number): FillTicket | undefined {
  if (cache.flights.has(key) || !leaseInForce(cache.lease, now) || cache.fillsInFlight >= cache.limits.fillsInFlightMax)
    return undefined;
  const ticket = issueTicket(cache, { key, now, attempt: 1, shared: true });
  cache.flights.set(key, ticket);
  return ticket;
}

/** Loading failed: the entry that may be served all the same, if there is one. It counts as used. */
export function serveOnError<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  now: number,
  minimum?: Version,
): Entry<V> | undefined {
  const held = heldUnder(cache, key);
  if (held === undefined || now >= held.onErrorUntil || !cache.rules.mayServeStale(cache.lease, now)) return undefined;
  if (minimum !== undefined && !cache.rules.meetsMinimum(held.version, minimum)) return undefined;
  slotsOf(cache, held).touch(key);
  return held;
}

/**
 * May who asked for at least `minimum` be answered with what a load brought that had started before they asked? If not,
 * `serve` once more: whatever it names then starts after they asked, and nothing newer is to be had.
 */
export function joinSuffices<V>(cache: CoherentCacheState<V>, loaded: Version, minimum: Version | undefined): boolean {
  return minimum === undefined || cache.rules.joinedMeetsMinimum(loaded, minimum);
}

/** Joins only a load that has not started yet: it reads after everything that was acknowledged before this request. */
function passThrough<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  now: number,
  because: MissReason,
): ServeDecision<V> {
  const lane = cache.lanes.get(key);
  if (lane !== undefined && cache.rules.mayJoinPrivate())
    return { kind: 'pass', ticket: lane.running, role: 'joins', because };
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
 * Applies "the key changed at `version`", for one key, a whole collection or a group. When this returns, nobody who asks from
 * now on is served anything read before that change; only then may the invalidation be acknowledged.
 * A newer entry stays, so invalidations may arrive late, twice and in any order.
 */
export function invalidate<V>(cache: CoherentCacheState<V>, key: CacheKey, version: Version): InvalidateOutcome {
  const raised = raiseFloor(cache.floors, key, version, cache.rules.mergeFloor);
  const coverage = coverageOf(cache, key);
  let dropped = 0;
  let flightsOvertaken = 0;
  for (const covered of coverage.held) {
    const held = heldUnder(cache, covered);
    if (held === undefined || cache.rules.outlives(held.version, version)) continue;
    if (cache.rules.invalidatedMayLinger()) slotsOf(cache, held).set(covered, { ...held, freshUntil: -Infinity });
    else slotsOf(cache, held).delete(covered);
    dropped += 1;
  }
  if (raised) for (const loading of coverage.loading) if (overtakeFlight(cache, loading)) flightsOvertaken += 1;
  return { applied: dropped > 0 ? 'dropped' : raised ? 'raised' : 'unchanged', flightsOvertaken };
}

/** Removes whatever is held under the key, whatever its version, and keeps the load under way from storing. */
export function forget<V>(cache: CoherentCacheState<V>, key: CacheKey): boolean {
  const coverage = coverageOf(cache, key);
  let held = false;
  for (const covered of coverage.held) {
    for (const slots of [cache.values, cache.absences, cache.privates]) held = slots.delete(covered) || held;
  }
  for (const loading of coverage.loading) {
    const flight = cache.flights.get(loading);
    if (flight !== undefined) flight.fate = 'void';
    cache.flights.delete(loading);
    for (const overtaken of cache.overtakenRunning.get(loading) ?? []) overtaken.fate = 'void';
  }
  return held;
}

/** How long an entry is kept, and with whose. Durations in milliseconds; what is left out is the cache's limit, or 0 for the last two. */
export interface KeepTerms {
  readonly ttlMs?: number | undefined;
  readonly negativeTtlMs?: number | undefined;
  readonly staleWhileRevalidateMs?: number | undefined;
  readonly staleIfErrorMs?: number | undefined;
  readonly scope?: EntryScope | undefined;
}

interface LoadFacts {
  readonly version: Version;
  readonly groups?: readonly CacheKey[] | undefined;
  readonly keep?: KeepTerms | undefined;
}

/** What a load brought back. */
export type LoadResult<V> =
  (LoadFacts & { readonly kind: 'value'; readonly value: V }) | (LoadFacts & { readonly kind: 'absence' });

export type FillDecision<V> = {
  /** The owner answered with less than it had acknowledged before it was asked: it does not commit before it invalidates. */
  readonly regressed: boolean;
} & (
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
  | { readonly kind: 'repeat'; readonly ticket: FillTicket; readonly role: 'runs' | 'joins' }
);

export function fill<V>(
  cache: CoherentCacheState<V>,
  ticket: FillTicket,
  result: LoadResult<V>,
  now: number,
): FillDecision<V> {
  const facts = fillFacts(cache, ticket, result, cache.flights.has(ticket.key));
  settleTicket(cache, ticket);

  const regressed = compareVersions(result.version, ticket.floorAtStart) < 0;
  const mayAnswer = cache.rules.mayAnswer(facts);
  if (!mayAnswer && ticket.attempt < attemptsMax) return { ...repeatLoad(cache, ticket, now), regressed };

  const entry = toEntry(cache, ticket, result, now);
  const verdict = slotsOf(cache, entry).capacity === 0 ? 'no-room' : cache.rules.mayStore(facts);
  return {
    kind: 'answer',
    entry,
    verdict,
    evicted: verdict === 'stored' ? store(cache, ticket.key, entry) : undefined,
    overtaken: !mayAnswer,
    epochAhead: cache.lease.kind === 'held' && result.version.epoch > cache.lease.epoch,
    regressed,
  };
}

function fillFacts<V>(
  cache: CoherentCacheState<V>,
  ticket: FillTicket,
  result: LoadResult<V>,
  placeholderUnderKey: boolean,
): FillFacts {
  const floor = cache.rules.floorOf(cache.floors, ticket.key, result.groups ?? []);
  const held = heldUnder(cache, ticket.key)?.version;
  return { ticket, version: result.version, floor, lease: cache.lease, held, placeholderUnderKey };
}

/**
 * Stores a value that nobody asked this cache for, under the rules of a load that was overtaken: its version alone proves
 * that it is new enough.
 */
export function offer<V>(
  cache: CoherentCacheState<V>,
  key: CacheKey,
  result: LoadResult<V>,
  now: number,
): StoreVerdict {
  const session = sessionOf(cache.lease);
  const floorAtStart = cache.rules.floorOf(cache.floors, key, []);
  const ticket: FillTicket = {
    id: 0,
    key,
    session,
    startedAt: now,
    attempt: 1,
    floorAtStart,
    shared: true,
    fate: 'overtaken',
  };
  const entry = toEntry(cache, ticket, result, now);
  const facts = fillFacts(cache, ticket, result, false);
  const verdict = slotsOf(cache, entry).capacity === 0 ? 'no-room' : cache.rules.mayStore(facts);
  if (verdict === 'stored') store(cache, key, entry);
  return verdict;
}

/** The load failed; whoever waits gets the error. Nothing is remembered. */
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

function repeatLoad<V>(cache: CoherentCacheState<V>, previous: FillTicket, now: number) {
  const current = cache.flights.get(previous.key);
  if (current !== undefined) return { kind: 'repeat', ticket: current, role: 'joins' } as const;
  const shared = leaseInForce(cache.lease, now);
  const ticket = issueTicket(cache, { key: previous.key, now, attempt: previous.attempt + 1, shared });
  if (shared) cache.flights.set(ticket.key, ticket);
  return { kind: 'repeat', ticket, role: 'runs' } as const;
}

function store<V>(cache: CoherentCacheState<V>, key: CacheKey, entry: Entry<V>): CacheKey | undefined {
  const slots = slotsOf(cache, entry);
  for (const others of [cache.values, cache.absences, cache.privates]) if (others !== slots) others.delete(key);
  if (isVariant(key)) cache.hasVariants = true;
  return slots.set(key, entry)?.key;
}

function toEntry<V>(cache: CoherentCacheState<V>, ticket: FillTicket, result: LoadResult<V>, now: number): Entry<V> {
  const { limits } = cache;
  const { ttlMs, negativeTtlMs, staleWhileRevalidateMs = 0, staleIfErrorMs = 0, scope = 'shared' } = result.keep ?? {};
  const keptMs =
    result.kind === 'value'
      ? Math.min(ttlMs ?? Infinity, limits.maxTtlMs)
      : Math.min(negativeTtlMs ?? Infinity, limits.negativeTtlMs);
  const freshUntil = now + keptMs;
  const facts = {
    version: result.version,
    // The value is at most as old as its load; the time it is kept counts from now, its age from there.
    readAt: ticket.startedAt,
    freshUntil,
    revalidatedUntil: freshUntil + staleWhileRevalidateMs,
    onErrorUntil: freshUntil + staleIfErrorMs,
    groups: result.groups ?? noGroups,
    scope,
  };
  return result.kind === 'value' ? { kind: 'value', value: result.value, ...facts } : { kind: 'absence', ...facts };
}

const noGroups: readonly CacheKey[] = Object.freeze([]);

function issueTicket<V>(
  cache: CoherentCacheState<V>,
  load: { key: CacheKey; now: number; attempt: number; shared: boolean },
): FillTicket {
  cache.fillsInFlight += 1;
  cache.lastTicketId += 1;
  if (isVariant(load.key)) cache.hasVariants = true;
  const session = sessionOf(cache.lease);
  const floorAtStart = cache.rules.floorOf(cache.floors, load.key, noGroups);
  const { key, now: startedAt, attempt, shared } = load;
  return { id: cache.lastTicketId, key, session, startedAt, attempt, floorAtStart, shared, fate: 'live' };
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
