import { describe, expect, it } from '@jest/globals';
import { retryDelayMs } from './retry-delay.js';

const bounds = { firstMs: 40, maxMs: 1_000 };

describe('retryDelayMs', () => {
  it.each([
    [1, 0, 20],
    [1, 0.999, 40],
    [2, 0, 40],
    [3, 0.5, 120],
    [50, 0, 500],
    [5_000, 0.999, 1_000],
  ])('after %i failures with draw %d is about %i ms', (failures, random, expected) => {
    expect(retryDelayMs(failures, random, bounds)).toBeCloseTo(expected, -1);
  });
});
