import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { createTestingCache } from '../testing/coherent-cache-testing.module.js';
import { createPublisherCounters, PublisherMetrics } from '../publishing/publisher-metrics.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheMetrics } from './cache-metrics.js';

describe('metrics of the cache', () => {
  it('name every event that the cache counts, and the state of the lease', async () => {
    const registry = new Registry();
    const scheduler = new ManualScheduler();
    const cache = createTestingCache({ name: 'one', metrics: registry, capacity: 1, leaseMs: 1_000, scheduler });
    new CacheMetrics(cache.runtime);
    const load = (sequence: number) => async () => ({ value: sequence, epoch: 1, sequence });
    const valueOf = async (series: string) => {
      const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    };
    await cache.fetch('p/a', load(1));
    await cache.fetch('p/b', load(1));
    await cache.fetch('p/b', load(2), { minimum: { epoch: 1, sequence: 2 } });
    cache.invalidate('p/b', { epoch: 1, sequence: 3 });
    await cache.fetch('p/b', load(2));

    expect(await valueOf('cache_requests_total{cache="one",result="miss"}')).toBe(4);
    expect(await valueOf('cache_requests_total{cache="one",result="collapsed"}')).toBe(0);
    expect(await valueOf('cache_requests_total{cache="one",result="stale_hit"}')).toBe(0);
    expect(await valueOf('cache_evictions_total{cache="one"}')).toBe(1);
    expect(await valueOf('cache_below_minimum_total{cache="one"}')).toBe(1);
    expect(await valueOf('cache_invalidations_total{cache="one",source="delete",outcome="dropped"}')).toBe(1);
    expect(await valueOf('cache_stale_fills_prevented_total{cache="one"}')).toBe(4);
    expect(await valueOf('cache_late_joins_prevented_total{cache="one"}')).toBe(0);
    expect(await valueOf('cache_overtaken_total{cache="one"}')).toBe(1);
    expect(await valueOf('cache_owner_regressions_total{cache="one"}')).toBe(4);
    expect(await valueOf('cache_session_voids_total{cache="one"}')).toBe(0);
    expect(await valueOf('cache_flushes_total{cache="one",reason="epoch"}')).toBe(0);
    expect(await valueOf('cache_lease_remaining_seconds{cache="one"}')).toBeCloseTo(0.95);
    expect(await valueOf('cache_lease_state{cache="one",state="in_force"}')).toBe(1);

    await scheduler.advance(1_000);

    expect(await valueOf('cache_lease_state{cache="one",state="in_force"}')).toBe(0);
    expect(await valueOf('cache_lease_state{cache="one",state="expired"}')).toBe(1);
  });

  it('of the owner say how long sales waited', async () => {
    const registry = new Registry();
    const counters = createPublisherCounters(registry);
    new PublisherMetrics(registry, counters, () => ({ subscribers: 1, mutationsWaiting: 2 }));

    counters.observeWait({ waitedMs: 4, stalledMs: 0 });
    counters.observeWait({ waitedMs: 3_100, stalledMs: 3_000 });
    counters.observeWait({ waitedMs: 50, stalledMs: 0 });

    const text = await registry.metrics();
    expect(text).toContain('cache_publisher_ack_wait_seconds_bucket{le="0.005"} 1');
    expect(text).toContain('cache_publisher_ack_wait_seconds_max 3.1');
    expect(text).toContain('cache_publisher_ack_wait_running_seconds_max 0.1');
    expect(text).toContain('cache_publisher_ack_wait_running_seconds_total 0.154');
    expect(text).toContain('cache_publisher_mutations_waiting 2');
  });

  it('are read when they are scraped, for several caches of one process, and end with their cache', async () => {
    const registry = new Registry();
    const [one, two] = [
      createTestingCache({ name: 'one', metrics: registry }),
      createTestingCache({ name: 'two', metrics: registry }),
    ];
    const metrics = new CacheMetrics(one.runtime);
    new CacheMetrics(two.runtime);
    const load = async () => ({ value: 1, epoch: 1, sequence: 1 });
    await one.fetch('p/a', load);
    await one.fetch('p/a', load);
    two.invalidate('p/a', { epoch: 1, sequence: 2 });

    const text = await registry.metrics();

    expect(text).toContain('cache_requests_total{cache="one",result="hit"} 1');
    expect(text).toContain('cache_requests_total{cache="one",result="miss"} 1');
    expect(text).toContain('cache_invalidations_total{cache="two",source="delete",outcome="raised"} 1');
    expect(text).toContain('cache_entries{cache="one"} 1');
    metrics.onApplicationShutdown();
    expect(await registry.metrics()).not.toContain('cache="one"');
  });
});
