import { Injectable } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import { forecast } from '../core/cache-session.js';
import { heldUnder, type Entry } from '../core/cache-state.js';
import { forget, invalidate, type InvalidateOutcome } from '../core/coherent-cache.js';
import { leaseInForce, remainingMs, sessionOf } from '../core/lease.js';
import type { Version } from '../core/version.js';
import type { CacheExplanation, CacheStats } from './cache-report.js';
import type { CacheRuntime, Payload } from './cache-runtime.js';
import { explain } from './explain.js';
import { sourceOf } from './invalidation-tally.js';
import { LoadDesk, type Load, type LookUp, type Served } from './load-desk.js';

/**
 * A cache of what another service owns, kept coherent by that service.
 *
 * Promise: once an invalidation has been acknowledged (`invalidate` has returned, or the lease has run out), nobody who
 * asks from then on is given anything that was read before that change.
 * Not promised: that something is cached at all. Without a lease every request goes to the owner.
 */
@Injectable()
export class CoherentCache {
  private readonly desk: LoadDesk;

  /** @param runtime What the package's own parts share; not for applications. */
  constructor(readonly runtime: CacheRuntime) {
    this.desk = new LoadDesk(runtime);
  }

  /**
   * The value under the key, from the cache or from `load`; `undefined` when the owner has none. Concurrent calls share
   * one load. `load` may run up to four times when it is overtaken by invalidations.
   * Values are shared, so treat them as frozen.
   * @throws what `load` throws (never cached), FillTimeoutError, CacheOverloadedError, UnversionedValueError, UnusableGroupsError
   */
  async fetch<T>(key: CacheKey, load: Load<T>, how: LookUp = {}): Promise<T | undefined> {
    const { entry } = await this.desk.lookUp(key, load, how);
    return valueOf<T>(entry);
  }

  /** `fetch` with how it was served; synchronous on a hit. For interceptors. */
  lookUp(key: CacheKey, load: Load<unknown>, how: LookUp = {}): Served | Promise<Served> {
    return this.desk.lookUp(key, load, how);
  }

  /** The value under the key if a request would be served it from the cache now. Loads nothing, leaves the recency alone. */
  get<T>(key: CacheKey): T | undefined {
    const { state, scheduler } = this.runtime;
    if (forecast(state, key, scheduler.now()).wouldServe !== 'hit') return undefined;
    const entry = heldUnder(state, key);
    return entry === undefined ? undefined : valueOf<T>(entry);
  }

  /**
   * Applies the owner's news that the key (or every key of a `wholeCollection`, every entry of a `cacheGroup`) changed at `version`.
   * Without a version: removes what is held and keeps loads under way from storing, whatever they bring.
   */
  invalidate(key: CacheKey, version?: Version): InvalidateOutcome['applied'] {
    const { state, invalidations } = this.runtime;
    if (version === undefined) {
      const applied = forget(state, key) ? 'dropped' : 'unchanged';
      invalidations.add('manual', applied);
      return applied;
    }
    const { applied } = invalidate(state, key, version);
    invalidations.add(sourceOf(key), applied);
    return applied;
  }

  stats(): CacheStats {
    const { config, state, counters, scheduler } = this.runtime;
    const now = scheduler.now();
    return {
      ...counters,
      name: config.name,
      capacity: config.capacity,
      keys: [...state.values.entries()].map(([key]) => key),
      negativeEntries: state.absences.size,
      privateEntries: state.privates.size,
      fillsInFlight: state.fillsInFlight,
      floors: state.floors.byKey.size,
      invalidations: this.runtime.invalidations.ofTheOwner,
      session: sessionOf(state.lease),
      epoch: state.lease.kind === 'held' ? state.lease.epoch : undefined,
      leaseInForce: leaseInForce(state.lease, now),
      leaseRemainingMs: remainingMs(state.lease, now),
    };
  }

  /** Why a request for the key would be answered the way it would be, now, and what became of those before. Changes nothing. */
  explain(key: CacheKey, minimum?: Version): CacheExplanation {
    return explain(this.runtime, key, minimum);
  }
}

function valueOf<T>(entry: Entry<Payload>): T | undefined {
  return entry.kind === 'value' ? (entry.value.value as T) : undefined;
}
