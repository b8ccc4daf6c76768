import { describe, expect, it } from '@jest/globals';
import { contestantTitles } from './cache-contestants.js';
import { type CacheGeneration, reportCache, titles } from './cache-report.js';

const extent = { rounds: 2, seconds: 0.5, connections: 16 };

/** A generation in which each contestant took this many microseconds a request, in two rounds. */
function generation(micros: Readonly<Record<string, readonly [number, number]>>, deleteMs = 0.2): CacheGeneration {
  const took = (name: string) => ({ name, coldMs: [4], tookMs: [deleteMs, deleteMs] });
  return {
    contestants: Object.entries(micros).map(([name, rounds]) => ({
      name,
      rounds: rounds.map((cpuMicrosPerRequest) => ({ requestsPerSecond: 1000, cpuMicrosPerRequest, p99Ms: 2 })),
    })),
    deletes: [took(titles.rawDelete), took(titles.storeDelete)],
  };
}

const goalsOf = (...generations: CacheGeneration[]) => reportCache(generations, extent).goals;

describe('the report of the cache measurement', () => {
  it('compares within a round, over all generations, and says how far these differ', () => {
    const [rawGoal] = goalsOf(
      generation({ [titles.bare]: [50, 500], [contestantTitles.raw]: [50, 500] }),
      generation({ [titles.bare]: [60, 60], [contestantTitles.raw]: [50, 50] }),
      generation({ [titles.bare]: [45, 90], [contestantTitles.raw]: [50, 100] }),
    );

    expect(rawGoal).toMatchObject({ measured: '1 (0.9 to 1.2 by generation)', met: true });
  });

  it('misses a goal that the middle of the rounds misses', () => {
    const [rawGoal] = goalsOf(
      generation({ [titles.bare]: [50, 50], [contestantTitles.raw]: [60, 60] }),
      generation({ [titles.bare]: [50, 50], [contestantTitles.raw]: [40, 60] }),
    );

    expect(rawGoal).toMatchObject({ met: false });
  });

  it('counts the DELETEs of all generations, without the cold ones', () => {
    expect(goalsOf(generation({}), generation({})).at(-1)).toMatchObject({
      measured: expect.stringContaining('p50 0.2 ms, p99 0.2 ms, of the first 2000 calls 4 ms'),
      met: true,
    });
    expect(goalsOf(generation({}), generation({}, 1.5)).at(-1)).toMatchObject({ met: false });
  });

  it('misses the goals of what was not measured', () => {
    expect(goalsOf(generation({})).map(({ met }) => met)).toEqual([false, false, false, true]);
  });
});
