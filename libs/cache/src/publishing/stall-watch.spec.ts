import { describe, expect, it } from '@jest/globals';

import { ManualScheduler } from '../testing/manual-scheduler.js';
import { StallWatch } from './stall-watch.js';

describe('StallWatch', () => {
  it('sees nothing while the process runs', async () => {
    const scheduler = new ManualScheduler();
    const end = new StallWatch(scheduler).begin();

    await scheduler.advance(2_250);

    expect(end()).toBe(0);
  });

  it('counts a stall, also before it has looked again', async () => {
    const scheduler = new ManualScheduler();
    const watch = new StallWatch(scheduler);
    const [wokenFirst, wokenLater] = [watch.begin(), watch.begin()];
    await scheduler.advance(1_010);

    scheduler.freeze(10_000);
    const counted = wokenFirst();
    await scheduler.advance(1_000);

    expect(counted).toBe(9_985);
    expect(wokenLater()).toBe(9_985);
  });

  it('counts for each wait only what fell into it', async () => {
    const scheduler = new ManualScheduler();
    const watch = new StallWatch(scheduler);
    const early = watch.begin();
    scheduler.freeze(500);
    await scheduler.advance(100);
    const late = watch.begin();
    scheduler.freeze(300);
    await scheduler.advance(100);

    expect([early(), late()]).toEqual([750, 275]);
  });

  it('does not count the time in which nobody waited', async () => {
    const scheduler = new ManualScheduler();
    const watch = new StallWatch(scheduler);
    watch.begin()();
    scheduler.freeze(60_000);

    const end = watch.begin();
    await scheduler.advance(40);

    expect(end()).toBe(0);
  });
});
