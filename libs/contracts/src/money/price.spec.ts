import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { parsePriceCents, priceCentsMax, toCents, toDecimal } from './price.js';

describe('prices', () => {
  it.each([
    ['25.99', 2599],
    ['25.9', 2590],
    ['25', 2500],
    ['0', 0],
    ['0.05', 5],
    ['0.29', 29],
    ['1.15', 115],
    ['99999999.99', priceCentsMax],
  ])('reads %s exactly', (raw, cents) => {
    expect(parsePriceCents(raw)).toBe(cents);
  });

  it.each(['', '-1', '+1', '1.', '.5', '1.234', '01', '1e2', ' 1', '1,5', 'NaN', '99999999999'])(
    'refuses %j',
    (raw) => {
      expect(parsePriceCents(raw)).toBeUndefined();
    },
  );

  it('shows cents as the same decimal number that they were read from', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: priceCentsMax }), (cents) => {
        const shown = JSON.stringify(toDecimal(cents));

        expect(parsePriceCents(shown)).toBe(cents);
        expect(toCents(JSON.parse(shown) as number)).toBe(cents);
      }),
    );
  });

  it.each([[0.001], [-1], [1.005], [Number.NaN], [Number.POSITIVE_INFINITY]])('has no cents for %d', (price) => {
    expect(toCents(price)).toBeUndefined();
  });
});
