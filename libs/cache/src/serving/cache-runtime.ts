import { randomBytes } from 'node:crypto';

import type { Scheduler } from '../calls/scheduler.js';
import { createCache, type CoherentCacheState } from '../core/cache-state.js';
import { zeroCounters, type CacheCounters } from './cache-counters.js';
import type { CacheConfig } from './cache-options.js';
import { InvalidationTally } from './invalidation-tally.js';
import { PastRequests } from './past-requests.js';
import type { Representation } from './representation.js';

/** What an entry holds: the value, and its bytes once somebody has asked for them over HTTP. */
export interface Payload {
  readonly value: unknown;
  representation?: Representation;
}

/** What the parts of one frontend's cache have in common. One in a process. */
export interface CacheRuntime {
  readonly config: CacheConfig;
  readonly scheduler: Scheduler;
  readonly state: CoherentCacheState<Payload>;
  readonly counters: CacheCounters;
  readonly invalidations: InvalidationTally;
  /** What became of the requests so far. */
  readonly past: PastRequests;
  /** Random, for this process: names it in its sessions. */
  readonly instance: string;
  /** Random, for this process: whoever knows it was told by this process. */
  readonly capability: string;
  /** Called when an answer shows that the owner has restarted. */
  onEpochAhead: () => void;
}

export function createRuntime(config: CacheConfig, scheduler: Scheduler): CacheRuntime {
  return {
    config,
    scheduler,
    state: createCache<Payload>(
      {
        capacity: config.capacity,
        negativeCapacity: config.negative.capacity,
        maxTtlMs: config.maxTtlMs,
        negativeTtlMs: config.negative.ttlMs,
        floorsMax: config.floorsMax,
        fillsInFlightMax: config.fillsInFlightMax,
        leaseMarginMs: config.leaseMarginMs,
        privateCapacity: config.privateCapacity,
      },
      undefined,
      config.eviction,
    ),
    counters: zeroCounters(),
    invalidations: new InvalidationTally(),
    past: new PastRequests(),
    instance: randomBytes(16).toString('hex'),
    capability: randomBytes(32).toString('hex'),
    onEpochAhead: () => undefined,
  };
}
