import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LoopbackPeer } from '@toystore/contracts/testing';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeStore, problem } from '../testing/fake-store.js';
import { runFleet } from './run-fleet.js';

const store = { fake: new FakeStore(), sessions: new Set<string>(), faultyLists: 0 };
let peer: LoopbackPeer;
let url: string;
let folder: string;

beforeEach(async () => {
  store.fake = new FakeStore();
  store.fake.stock = 10_000;
  store.sessions.clear();
  store.faultyLists = 0;
  folder = mkdtempSync(join(tmpdir(), 'client-fleet-'));
  peer = new LoopbackPeer((call) => {
    store.sessions.add(String(call.headers['session-id']));
    if (call.path === '/products' && (store.faultyLists -= 1) >= 0) return problem(503, 'unavailable');
    return store.fake.answer(call);
  });
  url = await peer.start();
});

afterEach(async () => {
  await peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (client: number): string[] =>
  readFileSync(join(folder, `client-${client}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);

describe('runFleet', () => {
  it('runs every probability with every client and finds each order again', async () => {
    const report = await runFleet({ url, clients: 3, requests: 10, probs: [0, 0.5, 1], seed: 1 });

    expect(report).toMatchObject({ ok: true, seed: 1, out: null });
    expect(report.runs.map(({ prob, queries, orders }) => [prob, queries, orders.placed])).toEqual([
      [0, 30, 0],
      [0.5, 30, 15],
      [1, 30, 30],
    ]);
    expect(report.runs[1]?.latency).toMatchObject({ query: { count: 30 }, order: { count: 15 } });
  });

  it('gives each client one connection and one session id', async () => {
    await runFleet({ url, clients: 4, requests: 10, probs: [0.5], seed: 1 });

    expect(peer.connections).toBe(4);
    expect(store.sessions.size).toBe(4);
  });

  it('lets clients take turns at the frontends of a store', async () => {
    const second = new LoopbackPeer((call) => store.fake.answer(call));
    try {
      const report = await runFleet({
        url: [url, await second.start()],
        clients: 5,
        requests: 4,
        probs: [0.5],
        seed: 1,
      });

      expect(report.ok).toBe(true);
      expect([peer.connections, second.connections]).toEqual([3, 2]);
    } finally {
      await second.stop();
    }
  });

  it('writes a row for each acknowledged order into its client’s file', async () => {
    await runFleet({ url, clients: 2, requests: 5, probs: [1], seed: 1, out: folder });

    const rows = [...rowsOf(1), ...rowsOf(2)];
    expect(rows.map((row) => Number(row.split(',')[0])).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const row of rows) {
      const [number, name, quantity] = row.split(',');
      expect(store.fake.orders[Number(number)]).toMatchObject({ name, quantity: Number(quantity) });
    }
  });

  it('settles in a second run what the first one left without an outcome', async () => {
    store.fake.faults.push({ kind: 'break_connection' }, problem(503, 'no-leader'));
    const retry = { retriesMax: 1, retryDelayMs: 1 };

    const first = await runFleet({ url, clients: 1, requests: 1, probs: [1], seed: 1, out: folder, retry });
    const second = await runFleet({ url, clients: 1, requests: 0, probs: [0], seed: 1, out: folder, retry });

    expect(first).toMatchObject({ ok: false, runs: [{ orders: { placed: 0, unresolved: 1 }, retries: 1 }] });
    expect(second).toMatchObject({ ok: true, runs: [{ orders: { placed: 1, resumed: 1 } }] });
    expect(store.fake.orders).toHaveLength(1);
    expect(rowsOf(1)).toHaveLength(1);
  });

  it('visits and orders the same for the same seed, under fresh keys', async () => {
    const options = { url, clients: 1, requests: 20, probs: [0.5], seed: 9 };
    await runFleet(options);
    await runFleet(options);

    const [first, second] = [store.fake.orders.slice(0, 10), store.fake.orders.slice(10)];
    expect(second.map(({ name, quantity }) => [name, quantity])).toEqual(
      first.map(({ name, quantity }) => [name, quantity]),
    );
    expect(new Set(store.fake.keysSeen).size).toBe(20);
  });

  it('starts a session when the store cannot serve at the first try', async () => {
    store.faultyLists = 2;

    const report = await runFleet({
      url,
      clients: 1,
      requests: 2,
      probs: [0],
      seed: 1,
      retry: { retriesMax: 2, retryDelayMs: 1 },
    });

    expect(report.runs[0]?.queries).toBe(2);
  });

  it('says plainly that no store answers', async () => {
    await peer.stop();

    await expect(runFleet({ url, clients: 1, requests: 1, probs: [0], seed: 1 })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringMatching(/npm start.*--url/),
    });
  });
});
