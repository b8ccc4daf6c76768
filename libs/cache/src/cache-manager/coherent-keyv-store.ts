import type { KeyvStoreAdapter } from 'keyv';

import { isCacheKey, isEntryKey, type CacheKey } from '../core/cache-key.js';
import { flush } from '../core/cache-session.js';
import { offer, serveHeld, type LoadResult } from '../core/coherent-cache.js';
import type { Payload } from '../serving/cache-runtime.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';
import { groupKeys } from '../serving/group-keys.js';
import { Absent, Versioned } from '../serving/loaded.js';

/** Keyv's envelope of a stored value; `expires` is milliseconds of the wall clock. */
interface KeyvEnvelope {
  readonly value: unknown;
  readonly expires?: number;
}

/**
 * The coherent cache as a Keyv store: the same entries under the same rules, for whoever injects `CACHE_MANAGER`.
 * - `get` answers only what a request would be answered from the cache, and counts as a use.
 * - `set` keeps `versioned(…)` values that are new enough. It refuses all others, because nobody could tell whether they
 *   are from before the last invalidation: it returns false and counts them.
 * - `delete` and `clear` also keep loads that are under way from storing.
 * Expiry is the cache's own; a ttl given to `set` is not used.
 */
export class CoherentKeyvStore implements KeyvStoreAdapter {
  readonly opts = Object.freeze({ dialect: 'coherent-cache', url: '' });
  namespace: string | undefined;

  constructor(private readonly cache: CoherentCache) {}

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.read(key) as Value | undefined;
  }

  async has(key: string): Promise<boolean> {
    return this.read(key) !== undefined;
  }

  async set(key: string, envelope: KeyvEnvelope): Promise<boolean> {
    const { state, scheduler, counters } = this.cache.runtime;
    const result = isEntryKeyText(key) ? toLoadResult(key, envelope.value) : undefined;
    if (!isEntryKeyText(key) || result === undefined) {
      counters.unversionedSetsRefused += 1;
      return false;
    }
    return offer(state, key, result, scheduler.now()) === 'stored';
  }

  async delete(key: string): Promise<boolean> {
    return isCacheKey(key) && this.cache.invalidate(key) === 'dropped';
  }

  async clear(): Promise<void> {
    flush(this.cache.runtime.state);
    this.cache.runtime.counters.flushesByHand += 1;
  }

  /** Least recently used first. */
  async *entries(): AsyncGenerator<[CacheKey, KeyvEnvelope], void> {
    for (const key of this.cache.stats().keys) {
      const envelope = this.envelopeOf(key);
      if (envelope !== undefined) yield [key, envelope];
    }
  }

  /** Nothing to listen to: no operation of this store fails. */
  on(): this {
    return this;
  }

  private read(key: string): KeyvEnvelope | undefined {
    const { state, scheduler } = this.cache.runtime;
    if (!isCacheKey(key) || serveHeld(state, key, scheduler.now()) === undefined) return undefined;
    return this.envelopeOf(key);
  }

  private envelopeOf(key: CacheKey): KeyvEnvelope | undefined {
    const { held, freshForMs, wouldServe } = this.cache.explain(key);
    if (held !== 'value' || wouldServe !== 'hit') return undefined;
    return { value: this.cache.get(key), expires: Date.now() + (freshForMs ?? 0) };
  }
}

function toLoadResult(key: CacheKey, value: unknown): LoadResult<Payload> | undefined {
  const isLoaded = value instanceof Versioned || value instanceof Absent;
  const groups = isLoaded ? groupKeys(key, value.groups) : undefined;
  if (value instanceof Versioned)
    return { kind: 'value', value: { value: value.value as unknown }, version: value.version, groups };
  if (value instanceof Absent) return { kind: 'absence', version: value.version, groups };
  return undefined;
}

function isEntryKeyText(key: string): key is CacheKey {
  return isCacheKey(key) && isEntryKey(key);
}
