import type { CacheKey } from './cache-key.js';
import type { FillTicket } from './fill-ticket.js';
import { floorOf, type Floors } from './floors.js';
import { leaseInForce, type Lease } from './lease.js';
import { compareVersions, newerOf, type CompareVersions, type Version } from './version.js';

/** What is known when a load comes back. */
export interface FillFacts {
  readonly ticket: FillTicket;
  readonly version: Version;
  readonly floor: Version;
  readonly lease: Lease;
  /** Version of what is stored under the key now. */
  readonly held: Version | undefined;
  /** Does a joinable load stand under the key? No substitute for the ticket's own identity, see `FillTicket`. */
  readonly placeholderUnderKey: boolean;
}

/** Why a value is not stored, or that it is. */
export type StoreVerdict = 'stored' | StoreRefusal | 'no-room';

export type StoreRefusal = 'private' | 'void' | 'session' | 'epoch' | 'floor' | 'older-than-held';

/**
 * The rules that keep old values from being served, one function each. The model check takes them away one at a time
 * and shows the history in which that serves a stale value.
 */
export interface CoherenceRules {
  /** The order of versions that everything below and the floors go by. */
  compare(a: Version, b: Version): number;
  mayServe(lease: Lease, now: number): boolean;
  /** May an entry that has outlived its time be served while it is loaded anew, or because that failed? */
  mayServeStale(lease: Lease, now: number): boolean;
  /** May an invalidated entry stay behind as one that has outlived its time? */
  invalidatedMayLinger(): boolean;
  /** Is what is held new enough for who has seen `minimum`? */
  meetsMinimum(held: Version, minimum: Version): boolean;
  /** Is what somebody else's load brought new enough for who has seen `minimum`? */
  joinedMeetsMinimum(loaded: Version, minimum: Version): boolean;
  /** Does what is held survive an invalidation that comes late, or again? */
  outlives(held: Version, invalidated: Version): boolean;
  mayJoin(lease: Lease, ticket: FillTicket, now: number): boolean;
  /** May who comes without a lease be answered by a load for others without one that is under way already? */
  mayJoinPrivate(): boolean;
  mayStore(fill: FillFacts): StoreVerdict;
  /** May those who wait for this load be answered with it, or is it repeated? */
  mayAnswer(fill: FillFacts): boolean;
  /** Does an invalidation take the load under way out of the reach of those who come later? */
  invalidationEndsFlight(): boolean;
  /** Does the invalidation of a group, whose members are only known when their loads are back? */
  groupEndsFlights(): boolean;
  /** Does the invalidation of a key reach the variants under it? */
  reachesVariants(): boolean;
  floorOf(floors: Floors, key: CacheKey, groups: readonly CacheKey[]): Version;
  mergeFloor(global: Version, forgotten: Version): Version;
  newSessionStartsEmpty(): boolean;
  /** Does emptying the cache also keep the loads under way from storing? */
  flushVoidsLoads(): boolean;
  /** Must what is stored under the first lease of a session be as new as everything announced before it? */
  firstLeaseRaisesFloor(): boolean;
  /** Is an answer that was asked for in session `asked` one for the session `own`? */
  isOfThisSession(own: string, asked: string): boolean;
  /** Does an answer of epoch `answered` come from the life of the owner that the session was registered with? */
  isOfThisEpoch(registered: number, answered: number): boolean;
  leaseCountsFrom(sentAt: number, receivedAt: number): number;
  /** What is taken off every lease, of the margin that is configured. */
  leaseMargin(configuredMs: number): number;
  /** Is what a heartbeat's answer brings applied before it is acknowledged? */
  appliesAnswers(): boolean;
}

/** The reasons not to store, in the order in which they are looked for. */
const storeRefusals: Readonly<Record<StoreRefusal, (fill: FillFacts, compare: CompareVersions) => boolean>> = {
  private: ({ ticket }) => !ticket.shared,
  void: ({ ticket }) => ticket.fate === 'void',
  session: ({ ticket, lease }) => lease.kind !== 'held' || ticket.session !== lease.session,
  epoch: ({ version, lease }) => lease.kind === 'held' && version.epoch !== lease.epoch,
  // An overtaken load may store when its version proves that it was read after the change; for hot keys that is most hits.
  floor: ({ version, floor }, compare) => compare(version, floor) < 0,
  'older-than-held': ({ version, held }, compare) => held !== undefined && compare(held, version) > 0,
};

/** @param forgotten For the model checks: reasons that are not looked for. */
export function storeRule(
  compare: CompareVersions,
  forgotten: readonly StoreRefusal[] = [],
): CoherenceRules['mayStore'] {
  const reasons = (Object.keys(storeRefusals) as StoreRefusal[]).filter((reason) => !forgotten.includes(reason));
  return (fill) => reasons.find((reason) => storeRefusals[reason](fill, compare)) ?? 'stored';
}

/** The rules over an order of versions. Only the model checks use another than `compareVersions`. */
export function coherenceRulesOver(compare: CompareVersions): CoherenceRules {
  return Object.freeze<CoherenceRules>({
    compare,

    // Without a lease the owner may have acknowledged a change that this cache has not heard of.
    mayServe: leaseInForce,

    // Whatever was invalidated is gone at once, so what has only outlived its time is as true as it was, as long as
    // news would have come.
    mayServeStale: leaseInForce,

    invalidatedMayLinger: () => false,

    meetsMinimum: (held, minimum) => compare(held, minimum) >= 0,

    joinedMeetsMinimum: (loaded, minimum) => compare(loaded, minimum) >= 0,

    outlives: (held, invalidated) => compare(held, invalidated) >= 0,

    // A load that started before an invalidation was acknowledged must not answer those who arrive after it.
    mayJoin: (lease, ticket, now) => leaseInForce(lease, now) && ticket.fate === 'live',

    // It may have read before a change that was acknowledged meanwhile: without a lease nobody has waited for this cache.
    mayJoinPrivate: () => false,

    mayStore: storeRule(compare),

    // Private loads answer only those who arrived before they started, so what they read is new enough for all of them.
    mayAnswer: (fill) => !fill.ticket.shared || compare(fill.version, fill.floor) >= 0,

    invalidationEndsFlight: () => true,

    // Any load under way may turn out to belong to the group.
    groupEndsFlights: () => true,

    reachesVariants: () => true,

    floorOf,

    mergeFloor: (global, forgotten) => newerOf(global, forgotten, compare),

    // Invalidations between two sessions are lost: nothing from before may be served after.
    newSessionStartsEmpty: () => true,

    flushVoidsLoads: () => true,

    // Those that were lost have left no floor either, and a value may come from elsewhere than a load of this session.
    firstLeaseRaisesFloor: () => true,

    isOfThisSession: (own, asked) => own === asked,

    isOfThisEpoch: (registered, answered) => registered === answered,

    // The owner starts counting when the request arrives, which is not before it was sent.
    leaseCountsFrom: (sentAt) => sentAt,

    // Where the owner's clock is the faster one, its count of the lease ends before the cache's.
    leaseMargin: (configuredMs) => configuredMs,

    // The owner stops waiting for what is acknowledged.
    appliesAnswers: () => true,
  });
}

export const coherenceRules: CoherenceRules = coherenceRulesOver(compareVersions);
