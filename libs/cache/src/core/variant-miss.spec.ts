import { describe, expect, it } from '@jest/globals';

import { variantOf, type CacheKey } from './cache-key.js';
import { createCache, type Entry, type EntryScope } from './cache-state.js';
import { nothingHeld, variantsLookedForMax } from './variant-miss.js';

const tux: CacheKey = 'products/tux';
const [german, english] = [variantOf(tux, '"de"'), variantOf(tux, '"en"')];

function entry(scope: EntryScope = 'shared'): Entry<number> {
  const version = { epoch: 1, sequence: 1 };
  const times = { readAt: 0, freshUntil: 9, revalidatedUntil: 9, onErrorUntil: 9 };
  return { kind: 'value', value: 1, version, groups: [], scope, ...times };
}

function cacheOf(...held: readonly (readonly [CacheKey, Entry<number>])[]) {
  const cache = createCache<number>({
    capacity: 1_000,
    negativeCapacity: 10,
    privateCapacity: 10,
    maxTtlMs: 9,
    negativeTtlMs: 9,
    floorsMax: 9,
    fillsInFlightMax: 9,
    leaseMarginMs: 0,
  });
  for (const [key, each] of held) (each.scope === 'private' ? cache.privates : cache.values).set(key, each);
  return cache;
}

describe('nothing is held under a key', () => {
  it.each([
    { because: 'uri-miss', circumstance: 'nothing at all is', cache: cacheOf(), key: german },
    { because: 'vary-miss', circumstance: 'another variant is', cache: cacheOf([english, entry()]), key: german },
    { because: 'uri-miss', circumstance: 'it has no variants', cache: cacheOf([english, entry()]), key: tux },
    { because: 'uri-miss', circumstance: 'only the key itself is', cache: cacheOf([tux, entry()]), key: german },
    {
      because: 'uri-miss',
      circumstance: 'only what others have privately is',
      cache: cacheOf([english, entry('private')]),
      key: german,
    },
  ])('$because: $circumstance', ({ because, cache, key }) => {
    expect(nothingHeld(cache, key)).toBe(because);
  });

  it('miss: too many others are for a search to the end', () => {
    const others = Array.from(
      { length: variantsLookedForMax + 1 },
      (_, index) => [`products/${index}`, entry()] as const,
    );

    expect(nothingHeld(cacheOf(...others), german)).toBe('miss');
    expect(nothingHeld(cacheOf(...others.slice(1)), german)).toBe('uri-miss');
  });
});
