import { baseOf, isVariant, type CacheKey } from './cache-key.js';
import type { CoherentCacheState } from './cache-state.js';

/** Entries that are looked at for a variant of the same key: a miss must not cost a walk through 100 000 of them. */
export const variantsLookedForMax = 256;

/**
 * Which kind of miss it is when nothing is held under the key. Entries of private routes are not counted: nobody is told
 * that others have looked at something.
 */
export function nothingHeld<V>(cache: CoherentCacheState<V>, key: CacheKey): 'uri-miss' | 'vary-miss' | 'miss' {
  if (!isVariant(key)) return 'uri-miss';
  const base = baseOf(key);
  let left = variantsLookedForMax;
  for (const slots of [cache.values, cache.absences]) {
    for (const [candidate, { scope }] of slots.entries()) {
      if (left === 0) return 'miss';
      left -= 1;
      if (scope === 'shared' && isVariant(candidate) && baseOf(candidate) === base) return 'vary-miss';
    }
  }
  return 'uri-miss';
}
