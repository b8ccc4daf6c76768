import { describe, expect, it } from '@jest/globals';
import { runOrderCampaign } from './campaign.js';
import type { OrderFailure, OrderOutcome } from './schedule/order-outcome.js';
import type { OrderPlan } from './schedule/order-plan.js';

/** A run of the simulator as a campaign sees it. */
function outcomeOf(seed: number, traceDigest: string, failure?: OrderFailure): OrderOutcome {
  const counts = { faults: new Map(), points: new Map(), happened: new Map() };
  const nothing = { events: 1, virtualMs: 1, placed: 0, refused: 0, reads: 0, unanswered: 0, ...counts };
  return { report: { seed, traceDigest, ...nothing }, failure, sequence: [] };
}

describe('a campaign of orders', () => {
  const campaign = { seed: 1, host: 'bare', repeatEvery: 3 } as const;

  it('runs some schedules twice, and each that fails', async () => {
    const seeds: number[] = [];
    const run = async ({ seed }: OrderPlan): Promise<OrderOutcome> => {
      seeds.push(seed);
      return outcomeOf(seed, 'same', seed === 4 ? { rule: 'Sold Once', detail: 'twice', atMs: 1 } : undefined);
    };

    const { failures, totals } = await runOrderCampaign({ ...campaign, schedules: 7, run });

    expect(seeds).toEqual([1, 2, 3, 3, 4, 4, 5, 6, 6, 7]);
    expect(failures).toEqual([{ seed: 4, rule: 'Sold Once', detail: 'twice' }]);
    expect(totals).toMatchObject({ schedules: 7, repeated: 3, failed: 1 });
  });

  it('fails when the second run of a schedule is another one', async () => {
    let runs = 0;

    const { failures } = await runOrderCampaign({
      ...campaign,
      schedules: 4,
      run: async ({ seed }) => outcomeOf(seed, `run ${++runs}`),
    });

    expect(failures).toEqual([{ seed: 3, rule: 'Determinism', detail: 'its trace was run 3, then run 4' }]);
  });

  it('ends when so many have failed that nobody would read more', async () => {
    const failure: OrderFailure = { rule: 'Sold Once', detail: 'twice', atMs: 1 };

    const { totals } = await runOrderCampaign({
      ...campaign,
      schedules: 1_000,
      run: async ({ seed }) => outcomeOf(seed, 'same', failure),
    });

    expect(totals).toMatchObject({ schedules: 20, failed: 20 });
  });
});
