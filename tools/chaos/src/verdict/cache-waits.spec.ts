import { describe, expect, it } from '@jest/globals';
import type { CacheWaits } from '@toystore/lab';
import { judgeCacheWaits } from './cache-waits.js';

const lease = { leaseMs: 2_000, renewGuardMs: 250 };

function reading(pid: number, longestRunningMs: number, longestMs = longestRunningMs): CacheWaits {
  return { pid, waits: 10, longestMs, longestRunningMs, totalRunningMs: longestRunningMs };
}

describe('judgeCacheWaits', () => {
  it('promises a lease, its guard and what timers need', () => {
    expect(judgeCacheWaits([reading(1, 2_300)], lease)).toEqual({
      waits: 10,
      longestMs: 2_300,
      longestRunningMs: 2_300,
      boundMs: 2_300,
      violations: [],
    });
  });

  it('finds a wait that took longer', () => {
    expect(judgeCacheWaits([reading(1, 2_301)], lease).violations).toEqual([
      expect.stringMatching(/waited 2301 ms .* pid 1, .* at most 2300 ms/),
    ]);
  });

  it('does not blame the caches for a catalog that stood still', () => {
    expect(judgeCacheWaits([reading(1, 2_100, 12_000)], lease)).toMatchObject({ longestMs: 12_000, violations: [] });
  });

  it('counts every life of the catalog, and of each the last reading', () => {
    const readings = [reading(1, 5), { ...reading(1, 2_400), waits: 12 }, reading(2, 40)];

    const verdict = judgeCacheWaits(readings, lease);

    expect(verdict).toMatchObject({ waits: 22, longestRunningMs: 2_400 });
    expect(verdict.violations).toHaveLength(1);
  });

  it('is not content without any reading', () => {
    expect(judgeCacheWaits([], lease).violations).toEqual([expect.stringContaining('never said')]);
  });
});
