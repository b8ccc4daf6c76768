import { beforeEach, describe, expect, it } from '@jest/globals';

import { ManualScheduler, settled } from '../testing/manual-scheduler.js';
import { CachePublisher } from './cache-publisher.js';
import { parsePublisherOptions } from './parse-publisher-options.js';
import { createPublisherCounters } from './publisher-metrics.js';
import type { CachePublisherOptions } from './publisher-options.js';
import { SubscriberCalls } from './subscriber-calls.js';

describe('cache publisher', () => {
  let time: ManualScheduler;
  let commits: number;
  const commit = () => ({ sequence: (commits += 1), result: undefined });

  const createPublisher = (options: Partial<CachePublisherOptions> = {}) => {
    const config = parsePublisherOptions({ auth: 'none', metrics: false, ...options });
    const nobody = () => {
      throw new Error('nobody has subscribed');
    };
    const counters = createPublisherCounters(false);
    const calls = new SubscriberCalls(nobody, config.deliveryTimeoutMs);
    return { counters, publisher: new CachePublisher({ config, scheduler: time, calls, counters }) };
  };

  beforeEach(() => {
    time = new ManualScheduler();
    commits = 0;
  });

  it('refuses a key that no cache could be told of, before it commits when the key is known then', async () => {
    const { publisher } = createPublisher();
    publisher.open(1, { graceMs: 0 });

    await expect(publisher.mutate(`products/${'x'.repeat(600)}`, commit)).rejects.toMatchObject({
      code: 'cache_key_unusable',
      definite: true,
    });
    expect(commits).toBe(0);
    await expect(publisher.mutate(() => ['tux' as `${string}/${string}`], commit)).rejects.toMatchObject({
      definite: false,
    });
    expect(commits).toBe(1);
  });

  it('refuses a mutation before it commits when too many wait', async () => {
    const { publisher } = createPublisher({ mutationsWaitingMax: 1 });
    await expect(publisher.mutate('products/tux', commit)).rejects.toThrow('not open');
    publisher.open(1, { graceMs: 1_000 });
    const first = publisher.mutate('products/tux', commit);
    await settled();

    await expect(publisher.mutate('products/tux', commit)).rejects.toThrow('1 mutations wait');
    expect(commits).toBe(1);
    await time.advance(1_000);
    await first;
  });

  it('tells a wait that a stall of the owner drew out from one that a cache drew out', async () => {
    const { publisher, counters } = createPublisher();
    publisher.open(1, { graceMs: 1_000 });
    const sale = publisher.mutate('products/tux', commit);
    await settled();

    await time.advance(500);
    time.freeze(10_000);
    await time.advance(0);
    const { waitedMs } = await sale;

    expect(waitedMs).toBe(10_500);
    expect(counters.waitMsMax).toBe(10_500);
    expect(counters.runningWaitMsMax).toBe(525);
  });
});
