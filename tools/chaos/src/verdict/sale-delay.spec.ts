import { describe, expect, it } from '@jest/globals';
import type { Fault } from '../faults/fault-plan.js';
import type { Outage } from '../faults/outage.js';
import { judgeSaleDelay, type SaleSample } from './sale-delay.js';

const lease = { leaseMs: 2_000, renewGuardMs: 250 };
const timing = { gapMs: 0, downMs: 5_000, which: 0 } as const;

/** From second 10 to 15. */
function outage(fault: Fault, names: readonly string[], counterparts: readonly string[] = []): Outage {
  return { fault, names, counterparts, fromMs: 10_000, untilMs: 15_000 };
}

function sale(sentAtMs: number, tookMs: number, ...via: string[]): SaleSample {
  return { sentAtMs, acknowledgedAtMs: sentAtMs + tookMs, via: via.length === 0 ? ['frontend'] : via };
}

const paused = outage({ ...timing, kind: 'pause', victim: 'frontend' }, ['frontend-2']);
const cutFrom = (from: 'catalog' | 'orders') =>
  outage(
    { ...timing, kind: 'cut', victim: 'frontend', from, loss: 'both-ways', refuse: false },
    ['frontend-2'],
    [from],
  );
const cacheLost = outage(
  { ...timing, kind: 'cut', victim: 'catalog', from: 'frontends', loss: 'from-victim', refuse: false },
  ['catalog'],
  ['frontend', 'frontend-2'],
);
const leaderDead = outage({ ...timing, kind: 'kill', victim: 'leader' }, ['order-3']);

describe('judgeSaleDelay', () => {
  it('promises a lease, its guard and a second while only a cache is out of reach', () => {
    const delay = judgeSaleDelay([sale(10_500, 2_300), sale(1_000, 40)], [paused], lease);

    expect(delay).toMatchObject({
      besideCaches: { sales: 1, worstMs: 2_300 },
      undisturbed: { sales: 1, worstMs: 40 },
      boundMs: 3_250,
      violations: [],
    });
  });

  it.each([
    ['a frontend is paused', paused],
    ['a frontend is cut off from the catalog', cutFrom('catalog')],
    ['a frontend is cut off from the replicas', cutFrom('orders')],
    ['the catalog is cut off from the frontends', cacheLost],
  ])('finds a sale that took longer while %s', (_, during) => {
    const delay = judgeSaleDelay([sale(10_500, 3_300)], [during], lease);

    expect(delay.violations).toEqual([expect.stringMatching(/through frontend took 3300 ms .* at most 3250 ms/)]);
  });

  it('allows as much more as sales take on this machine when nothing is the matter', () => {
    const delay = judgeSaleDelay([sale(10_500, 3_300), sale(1_000, 1_200)], [paused], lease);

    expect(delay).toMatchObject({ boundMs: 3_450, violations: [] });
  });

  it.each<[string, SaleSample, Outage]>([
    ['that was sent to the frontend that was paused', sale(10_500, 4_500, 'frontend-2', 'frontend'), paused],
    ['through a frontend that the replicas could not answer', sale(10_500, 4_500, 'frontend-2'), cutFrom('orders')],
    ['while the leader was dead', sale(10_500, 4_500), leaderDead],
  ])('does not blame the caches for a sale %s', (_, slow, during) => {
    expect(judgeSaleDelay([slow], [during], lease)).toMatchObject({
      besideCaches: { sales: 0 },
      undisturbed: { sales: 0 },
      violations: [],
    });
  });

  it('does not judge a sale in the aftermath of another fault', () => {
    const afterLeader = { ...leaderDead, fromMs: 4_000, untilMs: 8_000 };

    expect(judgeSaleDelay([sale(10_500, 4_500)], [afterLeader, paused], lease).besideCaches.sales).toBe(0);
  });
});
