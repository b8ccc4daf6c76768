import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { drawOrderPlan } from './schedule/draw-order-plan.js';
import { runOrderPlan } from './schedule/run-order-plan.js';

/**
 * Goal: an acknowledged order exists exactly once, its stock was taken exactly once, and nobody sees the stock from
 * before it, whatever dies, stops, is cut off or comes late, wherever.
 * Method: schedules and directed runs in virtual time; each failure is told with the command that replays it. They run
 * as compiled code in processes of their own: inside a test environment the same takes twice the time.
 */
const schedules = 400;
const moduleSchedules = 200;

const main = join(import.meta.dirname, '../../dist/main.js');

interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
  readonly complaints: string;
}

function simulate(...args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_error, output, complaints) => {
      resolve({ exitCode: child.exitCode, output, complaints });
    });
  });
}

describe('random schedules', () => {
  it('keep every promise with the groups as the package runs them', async () => {
    const { exitCode, output, complaints } = await simulate('orders', '--schedules', String(schedules));

    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: '' });
    const { faults, points, happened } = JSON.parse(output) as Record<
      'faults' | 'points' | 'happened',
      Readonly<Record<string, number>>
    >;
    // What never happened was not tested.
    expect(Object.entries({ ...faults, ...points, ...happened }).filter(([, count]) => count === 0)).toEqual([]);
  });

  it('keep every promise with the groups inside the whole LeaderModule', async () => {
    const { exitCode, complaints } = await simulate('orders', '--module', '--schedules', String(moduleSchedules));

    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: '' });
  });

  it.each(['bare', 'module'] as const)('are the same in every run of a seed (%s)', async (host) => {
    for (const seed of [3, 17]) {
      const plan = drawOrderPlan(seed, host);
      const [first, second] = [await runOrderPlan(plan, { record: true }), await runOrderPlan(plan, { record: true })];

      expect(second).toEqual(first);
    }
  });

  it('differ from seed to seed', async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2, 3, 4]) digests.add((await runOrderPlan(drawOrderPlan(seed))).report.traceDigest);

    expect(digests.size).toBe(4);
  });
});

describe('faults at every named point of an order’s way', () => {
  it('break no promise, and every point is reached', async () => {
    const { exitCode, complaints } = await simulate('order-points');

    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: '' });
  });
});
