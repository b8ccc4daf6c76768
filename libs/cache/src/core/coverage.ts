import { baseOf, collectionOf, isGroup, isWholeCollection, type CacheKey } from './cache-key.js';
import type { CoherentCacheState, Entry } from './cache-state.js';

/** What the invalidation of one key is about. */
export interface Coverage {
  /** Keys under which something is held, or was looked for. */
  readonly held: readonly CacheKey[];
  /** Keys of loads under way. */
  readonly loading: readonly CacheKey[];
}

/** One key costs nothing to look up; groups, collections and variants cost a walk through the slots. */
export function coverageOf<V>(cache: CoherentCacheState<V>, key: CacheKey): Coverage {
  if (isGroup(key)) {
    return {
      held: heldKeys(cache, (_, { groups }) => groups.includes(key)),
      loading: cache.rules.groupEndsFlights() ? loadingKeys(cache, () => true) : [],
    };
  }
  if (isWholeCollection(key)) {
    const collection = collectionOf(key);
    const belongs = (candidate: CacheKey) => collectionOf(candidate) === collection;
    return { held: heldKeys(cache, belongs), loading: loadingKeys(cache, belongs) };
  }
  if (!cache.hasVariants || !cache.rules.reachesVariants()) return { held: [key], loading: [key] };
  const isAbout = (candidate: CacheKey) => candidate === key || baseOf(candidate) === key;
  return { held: heldKeys(cache, isAbout), loading: loadingKeys(cache, isAbout) };
}

function heldKeys<V>(cache: CoherentCacheState<V>, belongs: (key: CacheKey, entry: Entry<V>) => boolean): CacheKey[] {
  const found: CacheKey[] = [];
  for (const slots of [cache.values, cache.absences, cache.privates]) {
    for (const [key, entry] of slots.entries()) if (belongs(key, entry)) found.push(key);
  }
  return found;
}

function loadingKeys<V>(cache: CoherentCacheState<V>, belongs: (key: CacheKey) => boolean): CacheKey[] {
  const found = new Set<CacheKey>();
  for (const loads of [cache.flights, cache.overtakenRunning])
    for (const key of loads.keys()) if (belongs(key)) found.add(key);
  return [...found];
}
