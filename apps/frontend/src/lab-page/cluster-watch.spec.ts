import { describe, expect, it } from '@jest/globals';
import type { CacheExplanation, CacheStats } from '@quorumkit/cache';
import type { Leader, MemberReport } from '@quorumkit/leader';
import { ClusterAnswer, parseDto } from '@toystore/contracts';
import { ClusterWatch, viewIntervalMs } from './cluster-watch.js';

const at = (id: string, port: number) => ({ id, url: `http://10.1.2.3:${port}`, priority: 2, kind: 'voter' as const });

const leading: MemberReport = {
  member: at('order-3', 8093),
  reply: {
    kind: 'status',
    status: {
      id: 'order-3',
      term: 4,
      role: 'leader',
      leader: 'order-3',
      inOffice: true,
      lastLogIndex: 20,
      lastLogTerm: 4,
      commitIndex: 19,
      appliedIndex: 18,
      storage: 'full',
      history: 'some',
      leaderContactAgeMs: 0,
      configuration: null,
    },
  },
};
const gone: MemberReport = {
  member: at('order-1', 8091),
  reply: { kind: 'gone', why: 'connect ECONNREFUSED 10.1.2.3:8091' },
};

const stats = {
  capacity: 7,
  keys: ['products/tux'],
  leaseInForce: true,
  leaseRemainingMs: 1640.4,
  epoch: 3,
  hits: 5,
  negativeHits: 1,
  misses: 2,
  collapsed: 1,
  passes: 0,
  invalidations: 4,
  evictions: 0,
  staleFillsPrevented: 0,
} as unknown as CacheStats;

const held = {
  key: 'products/tux',
  held: 'value',
  version: { epoch: 3, sequence: 17 },
  floor: { epoch: 3, sequence: 16 },
  ageMs: 1200.4,
  wouldServe: 'hit',
  because: 'It is fresh.',
  pastRequests: [{ outcome: 'hit', reason: 'fresh', because: 'It was fresh.', count: 5, lastAgoMs: 20.6 }],
} as unknown as CacheExplanation;

function watch(cacheStats = stats) {
  let now = 1000;
  let surveys = 0;
  const leader: Leader = { id: 'order-3', url: 'http://10.1.2.3:8093', term: 4 };
  const clusterWatch = new ClusterWatch({
    frontend: 'frontend-1',
    orders: {
      survey: async () => {
        surveys += 1;
        return [leading, gone];
      },
      current: () => leader,
    },
    catalog: { survey: async () => [] },
    cache: { stats: () => cacheStats, explain: (key) => ({ ...held, key }) },
    clock: () => now,
  });
  return { clusterWatch, pass: (ms: number) => (now += ms), surveys: () => surveys };
}

describe('ClusterWatch', () => {
  it('shows what members say, whom orders go to, and what the cache holds', async () => {
    const view = await watch().clusterWatch.view();

    expect(view).toMatchObject({
      frontend: 'frontend-1',
      leader: { id: 'order-3', term: 4 },
      replicas: [
        { id: 'order-3', answer: 'status', role: 'leader', lastLogIndex: 20, commitIndex: 19, isDiskFull: true },
        { id: 'order-1', answer: 'gone', role: null, lastLogIndex: null, isDiskFull: false },
      ],
      cache: { hits: 6, isLeaseInForce: true, entries: [{ name: 'tux', epoch: 3, sequence: 17, ageMs: 1200 }] },
    });
    expect(parseDto(ClusterAnswer, { data: view })).toMatchObject({ ok: true });
  });

  it('tells the public no address, not even in the reason of a silence', async () => {
    expect(JSON.stringify(await watch().clusterWatch.view())).not.toMatch(/10\.1\.2\.3|http|809/);
  });

  it('asks the members a few times a second, however many people watch', async () => {
    const { clusterWatch, pass, surveys } = watch();

    await Promise.all(Array.from({ length: 50 }, () => clusterWatch.view()));
    pass(viewIntervalMs - 1);
    await clusterWatch.view();
    expect(surveys()).toBe(1);

    pass(1);
    await clusterWatch.view();
    expect(surveys()).toBe(2);
  });

  it('shows those of a large cache that leave last', async () => {
    const keys = Array.from({ length: 1000 }, (_, number) => `products/p${number}` as const);
    const { clusterWatch } = watch({ ...stats, keys });

    const names = (await clusterWatch.view()).cache.entries.map(({ name }) => name);

    expect(names).toHaveLength(28);
    expect(names.at(-1)).toBe('p999');
  });

  it('explains one product', () => {
    expect(watch().clusterWatch.explain('products/tux')).toEqual({
      name: 'tux',
      wouldServe: 'hit',
      because: 'It is fresh.',
      version: '3.17',
      floor: '3.16',
      ageMs: 1200,
      pastRequests: [{ outcome: 'hit', because: 'It was fresh.', count: 5, lastAgoMs: 21 }],
    });
  });
});
