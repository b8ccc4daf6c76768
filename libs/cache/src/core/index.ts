export {
  baseOf,
  cacheGroup,
  cacheKey,
  collectionOf,
  isCacheKey,
  isEntryKey,
  isGroup,
  isVariant,
  isWholeCollection,
  nameOf,
  variantOf,
  wholeCollection,
  type CacheKey,
} from './cache-key.js';
export {
  beginSession,
  endSession,
  flush,
  forecast,
  takeGrant,
  takeLeaseAnswer,
  type Forecast,
  type LeaseAnswer,
  type LeaseAnswerOutcome,
  type PendingInvalidation,
} from './cache-session.js';
export { createCache, type CacheLimits, type CoherentCacheState, type Entry, type EntryScope } from './cache-state.js';
export {
  failFill,
  fill,
  forget,
  invalidate,
  joinSuffices,
  offer,
  serve,
  serveHeld,
  serveOnError,
  settleLane,
  type FillDecision,
  type InvalidateOutcome,
  type KeepTerms,
  type LoadResult,
  type MissReason,
  type ServeDecision,
} from './coherent-cache.js';
export { attemptsMax, type FillTicket } from './fill-ticket.js';
export { emptyFloors, floorOf, raiseFloor, raiseGlobalFloor, type Floors } from './floors.js';
export { leaseInForce, remainingMs, type Grant, type Lease } from './lease.js';
export { openLedger, type LedgerLimits, type SubscriberFacts, type SubscriberLedger } from './ledger-state.js';
export { evictionPolicies, type EvictionPolicyName } from './slots/eviction.js';
export { LruSlots } from './slots/lru-slots.js';
export { SieveSlots } from './slots/sieve-slots.js';
export type { Evicted, EvictionPolicy, Slots } from './slots/slots.js';
export { formatSession, parseSession, supersedes, type Session } from './session.js';
export {
  acknowledge,
  adoptWaiting,
  announce,
  answeredAs,
  heartbeat,
  nextLedgerDeadline,
  retryDelivery,
  subscribe,
  takeDeliveries,
  takeReleased,
  unsubscribe,
  type Announcement,
  type Delivery,
  type Heartbeat,
  type HeartbeatDecision,
  type SubscribeDecision,
} from './subscriber-ledger.js';
export { compareVersions, formatVersion, newerOf, type Version } from './version.js';
