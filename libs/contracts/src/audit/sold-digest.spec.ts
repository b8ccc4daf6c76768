import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { addToSoldDigest, emptySoldDigest, type Sale } from './sold-digest.js';

const digestOf = (sales: readonly Sale[]): string => sales.reduce(addToSoldDigest, emptySoldDigest);

describe('addToSoldDigest', () => {
  it('does not depend on the order of the sales', () => {
    const sale = fc.record({ intent: fc.nat(), name: fc.string(), quantity: fc.integer({ min: 1, max: 9 }) });
    const scenario = fc
      .array(sale)
      .chain((sales) => fc.tuple(fc.constant(sales), fc.shuffledSubarray(sales, { minLength: sales.length })));

    fc.assert(fc.property(scenario, ([sales, shuffled]) => expect(digestOf(shuffled)).toBe(digestOf(sales))));
  });

  it.each<[string, Sale]>([
    ['intent', { intent: 8, name: 'tux', quantity: 3 }],
    ['name', { intent: 7, name: 'Tux', quantity: 3 }],
    ['quantity', { intent: 7, name: 'tux', quantity: 4 }],
  ])('tells sales apart that differ in their %s', (_label, other) => {
    expect(digestOf([other])).not.toBe(digestOf([{ intent: 7, name: 'tux', quantity: 3 }]));
  });

  it('tells a sale that happened twice from one that happened once', () => {
    const sale = { intent: 7, name: 'tux', quantity: 3 };

    expect(digestOf([sale, sale])).not.toBe(digestOf([sale]));
  });

  it('has sixteen digits and no collision among a hundred thousand neighbours', () => {
    const digests = new Set(
      Array.from({ length: 100_000 }, (_, intent) => digestOf([{ intent, name: 'tux', quantity: 1 }])),
    );

    expect(digests.size).toBe(100_000);
    expect([...digests].every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true);
  });

  it('stays the same from release to release, since it is kept in logs and snapshots', () => {
    expect(
      digestOf([
        { intent: 1, name: 'tux', quantity: 3 },
        { intent: 2, name: 'poupée', quantity: 1 },
      ]),
    ).toBe('a77f96cf3ed741e6');
  });
});
