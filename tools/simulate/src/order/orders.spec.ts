import { describe, expect, it } from '@jest/globals';
import { runOrderCampaign } from './campaign.js';
import { directedFaults, runAtPoint } from './directed/run-at-point.js';
import { runOrderSchedule } from './run-orders.js';
import { protocolPoints } from './services/protocol-points.js';

/**
 * Goal: an acknowledged order exists exactly once, its stock was taken exactly once, and nobody sees the stock from
 * before it, whatever dies, stops, is cut off or comes late, wherever.
 * Method: schedules and directed runs in virtual time; each fails with the seed that replays it.
 */
const schedules = 450;
const moduleSchedules = 200;

function replayOf(seed: number, host: 'bare' | 'module'): string {
  return `npm run simulate -- orders --replay --seed ${seed}${host === 'module' ? ' --module' : ''}`;
}

async function expectNoViolation(host: 'bare' | 'module', count: number) {
  const { failures, totals } = await runOrderCampaign({ schedules: count, seed: 1, host });
  expect(failures.map(({ seed, violations }) => `${violations[0]}\n  ${replayOf(seed, host)}`)).toEqual([]);
  return totals;
}

describe('random schedules', () => {
  it('keep every promise with the groups as the package runs them', async () => {
    const { faults, points } = await expectNoViolation('bare', schedules);

    // What never happened was not tested.
    expect(Object.entries({ ...faults, ...points }).filter(([, count]) => count === 0)).toEqual([]);
  });

  it('keep every promise with the groups inside the whole LeaderModule', async () => {
    await expectNoViolation('module', moduleSchedules);
  });

  it.each(['bare', 'module'] as const)('are the same in every run of a seed (%s)', async (host) => {
    for (const seed of [3, 17, 29]) {
      const [first, second] = [await runOrderSchedule({ seed, host }), await runOrderSchedule({ seed, host })];

      expect({ ...second, trace: [] }).toEqual({ ...first, trace: [] });
    }
  });

  it('differ from seed to seed', async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2, 3, 4]) digests.add((await runOrderSchedule({ seed })).traceDigest);

    expect(digests.size).toBe(4);
  });
});

describe.each(protocolPoints)('at "$name"', ({ name: point }) => {
  it('no fault breaks a promise', async () => {
    for (const [position, fault] of directedFaults.entries()) {
      const { reached, violations } = await runAtPoint({ point, fault, seed: 1 + position });

      expect({ fault, violations }).toEqual({ fault, violations: [] });
      expect({ fault, isReached: reached > 0 }).toEqual({ fault, isReached: true });
    }
  });
});
