import { describe, expect, it } from '@jest/globals';
import { Prng } from './prng.js';

const draw = (prng: Prng, count: number) => Array.from({ length: count }, () => prng.next());

describe('Prng', () => {
  it('gives the same sequence for the same seed', () => {
    expect(draw(new Prng(7), 20)).toEqual(draw(new Prng(7), 20));
  });

  it.each([
    [1, 2],
    [1, 1 + 2 ** 32],
    [0, -1],
  ])('gives other sequences for the seeds %i and %i', (left, right) => {
    expect(draw(new Prng(left), 5)).not.toEqual(draw(new Prng(right), 5));
  });

  it('spreads its numbers evenly over [0, 1)', () => {
    const buckets = new Array<number>(10).fill(0);
    for (const value of draw(new Prng(3), 100_000))
      buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1;

    expect(Math.min(...buckets)).toBeGreaterThan(9500);
    expect(Math.max(...buckets)).toBeLessThan(10_500);
  });

  it('draws integers with both ends', () => {
    const prng = new Prng(4);

    expect(new Set(Array.from({ length: 200 }, () => prng.integer(2, 5)))).toEqual(new Set([2, 3, 4, 5]));
  });

  it('forks into a source that goes its own way', () => {
    const prng = new Prng(5);
    const fork = prng.fork();

    expect(draw(fork, 5)).not.toEqual(draw(prng, 5));
  });
});
