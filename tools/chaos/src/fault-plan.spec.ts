import { describe, expect, it } from '@jest/globals';
import { planFaults } from './fault-plan.js';
import { SeededRandom } from './seeded-random.js';

const options = { durationMs: 75_000, meanGapMs: 2000, victims: ['leader', 'follower', 'catalog'], pauseShare: 0.25 } as const;

describe('planFaults', () => {
  it('draws the same faults from the same seed, and others from another', () => {
    const plan = (seed: number) => planFaults(new SeededRandom(seed), options);

    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('never lets two faults overlap and leaves time to recover at the end', () => {
    for (let seed = 0; seed < 200; seed++) {
      const faults = planFaults(new SeededRandom(seed), options);

      expect(faults.length).toBeGreaterThan(5);
      faults.reduce((endMs, fault) => {
        expect(fault.atMs).toBeGreaterThan(endMs);
        return fault.atMs + fault.downMs;
      }, 0);
      expect(faults.at(-1)?.atMs).toBeLessThan(options.durationMs - 1000);
    }
  });
});
