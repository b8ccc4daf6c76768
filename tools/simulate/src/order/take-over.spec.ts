import { describe, expect, it } from '@jest/globals';
import { drawWishes, takeoverStableMs } from './schedule/draw-order-plan.js';
import { keysOfADay } from './schedule/order-plan.js';
import type { OrderReport } from './schedule/order-outcome.js';
import { runOrderPlan } from './schedule/run-order-plan.js';
import { calmGroup } from './services/group-tuning.js';
import { Prng } from './world/prng.js';

const seeds = Array.from({ length: 6 }, (_, offset) => offset + 1);

/** Shoppers order all the time, the replica of the lowest priority is made leader, and nothing else goes wrong. */
async function run(seed: number, priorityTakeoverStableMs: number): Promise<OrderReport> {
  const random = new Prng(seed);
  const { report, failure } = await runOrderPlan({
    seed,
    host: 'bare',
    stock: { tux: 200, fox: 200 },
    group: { ...calmGroup, tuning: { ...calmGroup.tuning, raft: { priorityTakeoverStableMs } } },
    keys: keysOfADay,
    shoppers: {
      wishes: Array.from({ length: 6 }, () => drawWishes(random, 12)),
      pauseMsMax: 40,
      impatience: 0,
    },
    faultsMs: 1_500,
    faults: [{ atMs: 100, fault: { kind: 'hand over', to: 'order-1' } }],
  });
  expect(failure).toBeUndefined();
  return report;
}

describe('a follower of higher priority', () => {
  it('takes over after its stable time, and no request is lost that would not have been lost without it', async () => {
    for (const seed of seeds) {
      const [without, taken] = [await run(seed, 0), await run(seed, takeoverStableMs)];

      expect(without.happened.get('priority took over')).toBeUndefined();
      // Twice where the first leader was not the one of the highest priority either.
      expect(taken.happened.get('priority took over')).toBeGreaterThanOrEqual(1);
      expect({ seed, lost: taken.unanswered }).toEqual({ seed, lost: without.unanswered });
    }
  });
});
