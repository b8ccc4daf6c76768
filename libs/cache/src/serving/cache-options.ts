import type { Registry } from 'prom-client';

import type { CallAuthentication } from '../calls/call-authenticator.js';
import type { EvictionPolicyName } from '../core/slots/eviction.js';
import type { EvictionPolicy } from '../core/slots/slots.js';

/** How a frontend caches what another service owns. Durations are milliseconds. */
export interface CoherentCacheOptions {
  /** Names this cache in `Cache-Status` and in the metrics: 1 to 64 of `A-Z a-z 0-9 _ . -`, a letter first. Default `cache`. */
  readonly name?: string;
  /** Names this process to the owner of the data, and is the receiver in the signature of its DELETE calls. Unique among the owner's subscribers; 1 to 128 characters. */
  readonly subscriberId: string;
  /** The service that owns the data: base URL, and its name as the receiver of signed calls. */
  readonly origin: { readonly url: string; readonly receiver: string };
  /** Base URL of the listener of this process that serves `DELETE /cache/…`; a function when the port is only known after listening. */
  readonly callbackUrl: string | (() => string);
  readonly auth: CallAuthentication;
  /** Entries at most. 1 to 100 000, default 7. */
  readonly capacity?: number;
  /** Who goes when all slots are taken: `lru` (default) the least recently used, `sieve` the oldest that was not used lately; or slots of your own that pass `describeSlots` of `./testing`. */
  readonly eviction?: EvictionPolicyName | EvictionPolicy;
  /** Entries of `scope: 'private'` routes at most, outside `capacity`; least recently used goes first. 0 to 100 000, default 64. */
  readonly privateCapacity?: number;
  /** Remembered absences, outside `capacity`. Defaults: 64 for 5 000 ms. A capacity of 0 turns them off. */
  readonly negative?: { readonly capacity?: number; readonly ttlMs?: number };
  /** An entry is fetched anew after this time even when nobody invalidated it. 1 to 86 400 000, default 60 000. */
  readonly maxTtlMs?: number;
  /** Floors (remembered invalidations) at most; beyond it the oldest ones merge into one for all keys. 1 to 1 000 000, default 1 024. */
  readonly floorsMax?: number;
  /** Loads under way at most, over all keys; beyond it `fetch` rejects with `CacheOverloadedError`. Default 1 024. */
  readonly fillsInFlightMax?: number;
  /** A load that takes longer is aborted. Default 5 000. */
  readonly fillTimeoutMs?: number;
  /** Taken off every lease for clocks that do not run at quite the same rate: at least drift × lease. Default 50; must be below the owner's lease. */
  readonly leaseMarginMs?: number;
  /** Time between heartbeats; each may take twice as long. The owner's answer lowers it to a quarter of the lease if it is higher. 10 to 60 000, default 500. */
  readonly heartbeatMs?: number;
  /** Start the lease when the module boots (default), or leave it to `LeaseKeeper.start()`. */
  readonly autoStart?: boolean;
  /** Header in which a client sends along what it has seen acknowledged (`formatMinimumVersion`); nothing older is served to it. Default `Min-Version`. */
  readonly minimumVersionHeader?: string;
  /** Send an entry's groups as `Cache-Groups` (RFC 9875). Default false. */
  readonly groupsHeader?: boolean;
  /** Log at debug level why each request was a hit, a miss or went past the cache; hits of the fast paths are not logged. Default false. */
  readonly logDecisions?: boolean;
  /** Answer ready entries of `@Cached({ fastPath: true })` routes in front of Nest's pipeline (Fastify only). Default true. */
  readonly fastPath?: boolean;
  /** Where the metrics are registered. Default: prom-client's default registry. `false` turns them off. */
  readonly metrics?: Registry | false;
}

/** Complete, checked, frozen. */
export interface CacheConfig {
  readonly name: string;
  readonly subscriberId: string;
  readonly origin: { readonly url: string; readonly receiver: string };
  readonly callbackUrl: () => string;
  readonly auth: CallAuthentication;
  readonly capacity: number;
  readonly eviction: EvictionPolicy;
  readonly privateCapacity: number;
  readonly negative: { readonly capacity: number; readonly ttlMs: number };
  readonly maxTtlMs: number;
  readonly floorsMax: number;
  readonly fillsInFlightMax: number;
  readonly fillTimeoutMs: number;
  readonly leaseMarginMs: number;
  readonly heartbeatMs: number;
  readonly autoStart: boolean;
  /** In lower case, as Node spells the headers of a request. */
  readonly minimumVersionHeader: string;
  readonly groupsHeader: boolean;
  readonly logDecisions: boolean;
  readonly fastPath: boolean;
  readonly metrics: Registry | false | undefined;
}
