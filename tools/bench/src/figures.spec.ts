import { describe, expect, it } from '@jest/globals';
import { median, quantile } from './figures.js';

describe('quantile', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, offset) => 100 - offset);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('of 1..100 at %p is %p', (q, expected) => {
    expect(quantile(oneToHundred, q)).toBe(expected);
  });

  it('is not a number without samples', () => {
    expect(median([])).toBeNaN();
  });
});
