import { describe, expect, it } from '@jest/globals';
import { faultKinds, killPoints } from '@toystore/contracts';
import { drawFaults, type Fault, victims } from './fault-plan.js';
import { SeededRandom } from '../seeded-random.js';

const mix = { meanGapMs: 2000, victims: ['leader', 'follower', 'catalog'], pauseShare: 0.25, cutShare: 0.25 } as const;

function first(count: number, seed: number, over: Partial<Parameters<typeof drawFaults>[1]> = {}): Fault[] {
  const faults = drawFaults(new SeededRandom(seed), { ...mix, ...over });
  return Array.from({ length: count }, () => faults.next().value);
}

describe('drawFaults', () => {
  it('draws the same faults from the same seed, and others from another', () => {
    expect(first(50, 7)).toEqual(first(50, 7));
    expect(first(50, 7)).not.toEqual(first(50, 8));
  });

  it('keeps to its mix', () => {
    const faults = first(4000, 1);
    const shareOf = (wanted: Fault['kind']): number =>
      faults.filter(({ kind }) => kind === wanted).length / faults.length;

    const mean = faults.reduce((sum, { gapMs }) => sum + gapMs, 0) / faults.length;
    expect(mean).toBeGreaterThan(1900);
    expect(mean).toBeLessThan(2100);
    expect(new Set(faults.map(({ victim }) => victim))).toEqual(new Set(mix.victims));
    expect(shareOf('pause')).toBeCloseTo(0.25, 1);
    expect(shareOf('cut')).toBeCloseTo(0.25, 1);
  });

  it('takes a victim down for at most 2 s when it is killed, for 0.5 to 10 s when it is paused or cut off', () => {
    for (const { kind, downMs } of first(4000, 2)) {
      expect(downMs).toBeGreaterThanOrEqual(kind === 'kill' ? 300 : 500);
      expect(downMs).toBeLessThanOrEqual(kind === 'kill' ? 2_000 : 10_000);
    }
  });

  it('makes everybody but frontends suffer, each only what it can', () => {
    const faults = first(4000, 4, { victims, pauseShare: 0, cutShare: 0, sufferShare: 1 });
    const ailments = faults.flatMap((fault) => (fault.kind === 'suffer' ? [fault] : []));

    expect(faults.filter(({ victim }) => victim === 'frontend').every(({ kind }) => kind === 'kill')).toBe(true);
    expect(ailments.some(({ victim }) => victim === 'frontend')).toBe(false);
    expect(new Set(ailments.flatMap(({ ailment }) => ailment.map(({ kind }) => kind)))).toEqual(new Set(faultKinds));
    const pointsOf = (leads: boolean) =>
      new Set(
        ailments
          .filter(({ victim }) => (victim === 'leader') === leads)
          .flatMap(({ ailment }) => ailment.flatMap((fault) => (fault.kind === 'kill' ? [fault.at] : []))),
      );
    expect(pointsOf(true)).toEqual(new Set(killPoints));
    expect(pointsOf(false)).toEqual(new Set(['before-sync']));
  });

  it('cuts a victim off only from those it talks to, in every direction, and refuses only both ways', () => {
    const cuts = first(4000, 3, { victims, cutShare: 0.75 }).flatMap((fault) => (fault.kind === 'cut' ? [fault] : []));

    expect(cuts.filter(({ victim, from }) => victim === 'catalog' && from === 'catalog')).toEqual([]);
    expect(cuts.filter(({ victim, from }) => victim === 'frontend' && from === 'frontends')).toEqual([]);
    expect(cuts.filter(({ loss, refuse }) => refuse && loss !== 'both-ways')).toEqual([]);
    expect(new Set(cuts.map(({ loss, refuse }) => `${loss} ${refuse}`))).toEqual(
      new Set(['both-ways true', 'both-ways false', 'from-victim false', 'to-victim false']),
    );
  });
});
