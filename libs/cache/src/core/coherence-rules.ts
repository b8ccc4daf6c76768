import type { CacheKey } from './cache-key.js';
import type { FillTicket } from './fill-ticket.js';
import { floorOf, type Floors } from './floors.js';
import { leaseInForce, type Lease } from './lease.js';
import { compareVersions, newerOf, type Version } from './version.js';

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
export type StoreVerdict =
  'stored' | 'private' | 'void' | 'session' | 'epoch' | 'floor' | 'older-than-held' | 'no-room';

/**
 * The rules that keep old values from being served, one function each. The model check takes them away one at a time
 * and shows the history in which that serves a stale value.
 */
export interface CoherenceRules {
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
  mayJoin(lease: Lease, ticket: FillTicket, now: number): boolean;
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
  leaseCountsFrom(sentAt: number, receivedAt: number): number;
}

export const coherenceRules: CoherenceRules = Object.freeze<CoherenceRules>({
  compare: compareVersions,

  // Without a lease the owner may have acknowledged a change that this cache has not heard of.
  mayServe: leaseInForce,

  // Whatever was invalidated is gone at once, so what has only outlived its time is as true as it was, as long as news
  // would have come.
  mayServeStale: leaseInForce,

  invalidatedMayLinger: () => false,

  meetsMinimum: (held, minimum) => compareVersions(held, minimum) >= 0,

  joinedMeetsMinimum: (loaded, minimum) => compareVersions(loaded, minimum) >= 0,

  // A load that started before an invalidation was acknowledged must not answer those who arrive after it.
  mayJoin: (lease, ticket, now) => leaseInForce(lease, now) && ticket.fate === 'live',

  // An overtaken load may store when its version proves that it was read after the change; for hot keys that is most hits.
  mayStore(fill) {
    if (!fill.ticket.shared) return 'private';
    if (fill.ticket.fate === 'void') return 'void';
    if (fill.lease.kind !== 'held' || fill.ticket.session !== fill.lease.session) return 'session';
    if (fill.version.epoch !== fill.lease.epoch) return 'epoch';
    if (compareVersions(fill.version, fill.floor) < 0) return 'floor';
    return fill.held !== undefined && compareVersions(fill.held, fill.version) > 0 ? 'older-than-held' : 'stored';
  },

  // Private loads answer only those who arrived before they started, so what they read is new enough for all of them.
  mayAnswer: (fill) => !fill.ticket.shared || compareVersions(fill.version, fill.floor) >= 0,

  invalidationEndsFlight: () => true,

  // Any load under way may turn out to belong to the group.
  groupEndsFlights: () => true,

  reachesVariants: () => true,

  floorOf,

  mergeFloor: newerOf,

  // Invalidations between two sessions are lost: nothing from before may be served after.
  newSessionStartsEmpty: () => true,

  // The owner starts counting when the request arrives, which is not before it was sent.
  leaseCountsFrom: (sentAt) => sentAt,
});
