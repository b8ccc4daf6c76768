export { coherentCacheManagerOptions, createCoherentKeyv } from './cache-manager/cache-manager-options.js';
export { CoherentKeyvStore } from './cache-manager/coherent-keyv-store.js';
export type { CallAuthentication, CallAuthenticator, IncomingCall, OutgoingCall } from './calls/call-authenticator.js';
export { CacheOptionsError } from './calls/options-error.js';
export { cacheGroup, cacheKey, wholeCollection, type CacheKey } from './core/cache-key.js';
export { evictionPolicies, type EvictionPolicyName } from './core/slots/eviction.js';
export type { Evicted, EvictionPolicy, Slots } from './core/slots/slots.js';
export { compareVersions, formatVersion, type Version } from './core/version.js';
export {
  CacheInvalidationModule,
  type CacheInvalidationAsyncOptions,
  type CacheInvalidationOptions,
} from './invalidation/cache-invalidation.module.js';
export { createRawInvalidation, type RawInvalidationOptions } from './invalidation/raw-invalidation.js';
export { LeaseKeeper } from './lease/lease-keeper.js';
export { CachePublisherModule, type CachePublisherAsyncOptions } from './publishing/cache-publisher.module.js';
export { CachePublisher, type Acknowledged, type Committed, type MutatedKeys } from './publishing/cache-publisher.js';
export type { LeaseRecord } from './publishing/lease-record.js';
export {
  PublisherNotOpenError,
  PublisherOverloadedError,
  PublisherStoppedError,
  UnusableCacheKeyError,
  UnusableSequenceError,
} from './publishing/publisher-errors.js';
export type { AcknowledgementMode, CachePublisherOptions } from './publishing/publisher-options.js';
export { CacheInterceptor } from './serving/cache.interceptor.js';
export type { CoherentCacheOptions } from './serving/cache-options.js';
export type { CacheExplanation, CacheStats } from './serving/cache-report.js';
export { FastPathRefusedError } from './serving/fast-path.js';
export { formatMinimumVersion, parseMinimumVersion } from './serving/minimum-version.js';
export type { PastOutcome } from './serving/past-requests.js';
export { createRawFastPath, UnknownFastRouteError, type RawFastRoute } from './serving/raw-fast-path.js';
export { Cached, type CachedOptions, type RouteParams, type RouteQuery } from './serving/cached.decorator.js';
export { CoherentCacheModule, type CoherentCacheAsyncOptions } from './serving/coherent-cache.module.js';
export {
  CacheOverloadedError,
  FillTimeoutError,
  UnusableGroupsError,
  UnversionedValueError,
} from './serving/cache-errors.js';
export { CoherentCache } from './serving/coherent-cache.service.js';
export type { Load, LookUp, Served } from './serving/load-desk.js';
export { InjectCache } from './serving/inject-cache.decorator.js';
export {
  Absent,
  Versioned,
  absent,
  versioned,
  type CachedResult,
  type Loaded,
  type LoadedDetails,
} from './serving/loaded.js';
