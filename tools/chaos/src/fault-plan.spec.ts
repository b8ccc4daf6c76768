import { describe, expect, it } from '@jest/globals';
import { drawFaults, type Fault } from './fault-plan.js';
import { SeededRandom } from './seeded-random.js';

const mix = { meanGapMs: 2000, victims: ['leader', 'follower', 'catalog'], pauseShare: 0.25 } as const;

function first(count: number, seed: number): Fault[] {
  const faults = drawFaults(new SeededRandom(seed), mix);
  return Array.from({ length: count }, () => faults.next().value);
}

describe('drawFaults', () => {
  it('draws the same faults from the same seed, and others from another', () => {
    expect(first(50, 7)).toEqual(first(50, 7));
    expect(first(50, 7)).not.toEqual(first(50, 8));
  });

  it('keeps to its mix', () => {
    const faults = first(4000, 1);

    const mean = faults.reduce((sum, { gapMs }) => sum + gapMs, 0) / faults.length;
    expect(mean).toBeGreaterThan(1900);
    expect(mean).toBeLessThan(2100);
    expect(new Set(faults.map(({ victim }) => victim))).toEqual(new Set(mix.victims));
    expect(faults.filter(({ kind }) => kind === 'pause').length / faults.length).toBeCloseTo(0.25, 1);
    expect(faults.every(({ downMs }) => downMs >= 300 && downMs <= 2000)).toBe(true);
  });
});
