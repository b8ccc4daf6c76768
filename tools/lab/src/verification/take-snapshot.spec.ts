import { describe, expect, it } from '@jest/globals';
import { CatalogClient, OrderClient, type OrderAudit, type OrderView } from '@toystore/contracts';
import { MemoryTransport, type MemoryAnswer, type MemoryPeer } from '@toystore/contracts/testing';
import type { ServicePeer } from '../observation/service-peers.js';
import { storeTopology } from '../topology/store-topology.js';
import { takeSnapshot } from './take-snapshot.js';
import { verifyStore } from './verify-store.js';

const topology = storeTopology({ basePort: 8080, dataDir: '/d', repoRoot: '/r' });
const noDigest = '0000000000000000';

function peerOf(name: string, answer: MemoryPeer): ServicePeer {
  const spec = topology.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no ${name} in the topology`);
  const transport = new MemoryTransport(answer, name);
  return {
    spec,
    transport,
    internal: transport,
    orders: new OrderClient(transport),
    catalog: new CatalogClient(transport),
  };
}

const json = (value: unknown): MemoryAnswer => ({ kind: 'answer', status: 200, json: value });

function auditOf(replica: string, orders: readonly OrderView[], over: Partial<OrderAudit> = {}): OrderAudit {
  const index = orders.length * 2;
  return {
    replica,
    role: 'follower',
    term: 1,
    leader: 'order-3',
    lastLogIndex: index,
    commitIndex: index,
    appliedIndex: index,
    orders: orders.length,
    openIntents: 0,
    settledThrough: 0,
    hash: 'aa',
    soldDigest: noDigest,
    soldByProduct: [{ name: 'tux', quantity: orders.length }],
    ...over,
  };
}

/** A replica that lists its orders two a page. */
function replica(name: string, orders: readonly OrderView[], over: Partial<OrderAudit> = {}): ServicePeer {
  return peerOf(name, ({ path }) => {
    if (path === '/audit') return json(auditOf(name, orders, over));
    const after = Number(new URL(path, 'http://store').searchParams.get('after'));
    const rest = orders.filter(({ number }) => number > after);
    return json({ orders: rest.slice(0, 2), commitIndex: 9, appliedIndex: 9, more: rest.length > 2 });
  });
}

function catalog(sold: number): ServicePeer {
  const products = [{ name: 'tux', initial: 100, restocked: 0, sold, current: 100 - sold }];
  return peerOf('catalog', () => json({ epoch: 1, sequence: 3, products, soldDebits: sold, soldDigest: noDigest }));
}

const placed: readonly OrderView[] = [0, 1, 2].map((number) => ({ number, name: 'tux', quantity: 1 }));

describe('takeSnapshot', () => {
  it('reads every page of every replica of a store at rest', async () => {
    const snapshot = await takeSnapshot({
      catalog: catalog(3),
      replicas: [replica('order-1', placed), replica('order-2', placed)],
    });

    expect(snapshot).toMatchObject({ kind: 'at-rest', replicas: [{ orders: placed }, { orders: placed }] });
  });

  it('reports a store with an open intent as at work', async () => {
    const snapshot = await takeSnapshot({
      catalog: catalog(3),
      replicas: [replica('order-1', placed, { openIntents: 1 })],
    });

    expect(snapshot).toMatchObject({ kind: 'at-work', reasons: ['order-1 has 1 open intents'] });
  });

  it('names a running replica that does not answer', async () => {
    const silent = peerOf('order-2', () => ({ kind: 'stay_silent' }));

    const snapshot = await takeSnapshot({ catalog: catalog(3), replicas: [replica('order-1', placed), silent] });

    expect(snapshot).toMatchObject({ kind: 'at-work', reasons: [expect.stringMatching(/order-2 does not answer/)] });
  });

  it('names a dead catalog', async () => {
    const snapshot = await takeSnapshot({ catalog: undefined, replicas: [replica('order-1', placed)] });

    expect(snapshot).toMatchObject({ kind: 'at-work', reasons: ['the catalog is not running'] });
  });

  it('does not compare what changed while it was read', async () => {
    let looks = 0;
    const busy = peerOf('order-1', ({ path }) =>
      path === '/audit'
        ? json(auditOf('order-1', placed.slice(0, (looks += 1))))
        : json({ orders: placed.slice(0, looks), commitIndex: 9, appliedIndex: 9, more: false }),
    );

    const snapshot = await takeSnapshot({ catalog: catalog(3), replicas: [busy] });

    expect(snapshot).toMatchObject({ kind: 'at-work', reasons: ['orders were placed while they were being read'] });
  });
});

describe('verifyStore', () => {
  it('waits until the store rests', async () => {
    let looks = 0;
    const settling = (): ServicePeer => replica('order-1', placed, { openIntents: (looks += 1) > 1 ? 0 : 1 });

    const report = await verifyStore(() => takeSnapshot({ catalog: catalog(3), replicas: [settling()] }));

    expect(report).toMatchObject({ ok: true, orders: 3 });
  });

  it('reports what kept the store at work when the wait is over', async () => {
    const members = { catalog: catalog(3), replicas: [replica('order-1', placed, { openIntents: 1 })] };

    const report = await verifyStore(() => takeSnapshot(members), { restWaitMs: 0 });

    expect(report).toMatchObject({
      ok: false,
      violations: [{ invariant: 'at-rest', detail: 'order-1 has 1 open intents' }],
    });
  });
});
