import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { createTestingCache } from '../testing/coherent-cache-testing.module.js';
import { CacheMetrics } from './cache-metrics.js';

describe('metrics of the cache', () => {
  it('are read when they are scraped, for several caches of one process, and end with their cache', async () => {
    const registry = new Registry();
    const [one, two] = [createTestingCache({ name: 'one', metrics: registry }), createTestingCache({ name: 'two', metrics: registry })];
    const metrics = new CacheMetrics(one.runtime);
    new CacheMetrics(two.runtime);
    const load = async () => ({ value: 1, epoch: 1, sequence: 1 });
    await one.fetch('p/a', load);
    await one.fetch('p/a', load);
    two.invalidate('p/a', { epoch: 1, sequence: 2 });

    const text = await registry.metrics();

    expect(text).toContain('cache_requests_total{cache="one",result="hit"} 1');
    expect(text).toContain('cache_requests_total{cache="one",result="miss"} 1');
    expect(text).toContain('cache_invalidations_total{cache="two",reason="raised"} 1');
    expect(text).toContain('cache_entries{cache="one"} 1');
    metrics.onApplicationShutdown();
    expect(await registry.metrics()).not.toContain('cache="one"');
  });
});
