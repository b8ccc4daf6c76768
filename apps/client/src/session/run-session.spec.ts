import { describe, expect, it } from '@jest/globals';
import { StoreClient } from '@toystore/contracts';
import { MemoryTransport, type PeerAnswer } from '@toystore/contracts/testing';
import type { Visit } from '../plan/session-plan.js';
import { MemoryOrderRecords } from '../records/order-records.js';
import { FakeStore, problem } from '../testing/fake-store.js';
import { runSession, type SessionClock } from './run-session.js';

/** Time that only sleeping moves. */
class FakeClock implements SessionClock {
  readonly sleeps: number[] = [];
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.#nowMs += ms;
    return Promise.resolve();
  }
}

async function shop(store: FakeStore, visits: readonly Visit[], records = new MemoryOrderRecords()) {
  const clock = new FakeClock();
  const latencies = { query: [] as number[], order: [] as number[], visits: 0 };
  let keys = 0;
  const report = await runSession(
    {
      store: new StoreClient(new MemoryTransport(store.answer)),
      records,
      clock,
      observer: {
        queried: (ms) => latencies.query.push(ms),
        ordered: (ms) => latencies.order.push(ms),
        visited: () => (latencies.visits += 1),
      },
      newKey: () => `key-${(keys += 1)}`,
    },
    { client: 'client-1', visits },
  );
  return { report, clock, latencies, records };
}

const look = (product: string): Visit => ({ product, order: undefined });
const buy = (product: string, quantity = 1): Visit => ({ product, order: { quantity } });

describe('runSession', () => {
  it('looks at each product, orders where the plan says so and finds its orders again', async () => {
    const store = new FakeStore();

    const { report, latencies, records } = await shop(store, [look('tux'), buy('lego', 3), buy('tux', 2)]);

    expect(report).toMatchObject({ queries: 3, placed: 2, refused: 0, retries: 0, mismatches: [], wrongAnswers: [] });
    expect(store.orders).toEqual([
      { number: 0, name: 'lego', quantity: 3 },
      { number: 1, name: 'tux', quantity: 2 },
    ]);
    expect(records.acknowledged().map(({ number, key }) => [number, key])).toEqual([
      [0, 'key-1'],
      [1, 'key-2'],
    ]);
    expect(latencies).toEqual({ query: [0, 0, 0], order: [0, 0], visits: 3 });
  });

  it('orders nothing after a 404', async () => {
    const store = new FakeStore();

    const { report } = await shop(store, [buy('ghost')]);

    expect(report).toMatchObject({ notFound: 1, placed: 0 });
    expect(store.keysSeen).toEqual([]);
  });

  it('orders nothing of a product that is out of stock', async () => {
    const store = new FakeStore();
    store.stock = 0;

    await shop(store, [buy('tux')]);

    expect(store.keysSeen).toEqual([]);
  });

  it('counts an order for more than there is as refused', async () => {
    const store = new FakeStore();
    store.stock = 2;

    const { report, records } = await shop(store, [buy('tux', 5)]);

    expect(report).toMatchObject({ refused: 1, placed: 0, mismatches: [] });
    expect(records.pending()).toEqual([]);
  });

  it.each<[string, PeerAnswer]>([
    ['a refused connection', { kind: 'refuse_connection' }],
    ['a broken connection', { kind: 'break_connection' }],
    ['silence', { kind: 'stay_silent' }],
    ['503', problem(503, 'no-leader')],
    ['504', problem(504, 'outcome-unknown')],
    ['502', { kind: 'answer', status: 502 }],
  ])('tries again with the same key two seconds after %s, and orders once', async (_, fault) => {
    const store = new FakeStore();
    store.faults.push(fault, fault);

    const { report, clock, latencies } = await shop(store, [buy('tux')]);

    expect(report).toMatchObject({ placed: 1, retries: 2, mismatches: [] });
    expect(store.keysSeen).toEqual(['key-1', 'key-1', 'key-1']);
    expect(store.orders).toHaveLength(1);
    expect(clock.sleeps).toEqual([2000, 2000]);
    expect(latencies.order).toEqual([4000]);
  });

  it('counts an order as failed when four tries certainly placed nothing', async () => {
    const store = new FakeStore();
    store.faults.push(...Array.from({ length: 4 }, () => problem(503, 'no-leader')));

    const { report, records } = await shop(store, [buy('tux')]);

    expect(report).toMatchObject({ failed: 1, unresolved: 0, retries: 3 });
    expect(records.pending()).toEqual([]);
  });

  it('keeps an order without an outcome pending and settles it at the start of the next run', async () => {
    const store = new FakeStore();
    store.faults.push(...Array.from({ length: 4 }, (): PeerAnswer => ({ kind: 'break_connection' })));

    const first = await shop(store, [buy('tux', 4)]);
    const pendingAfterFirst = first.records.pending();
    const second = await shop(store, [], first.records);

    expect(first.report).toMatchObject({ unresolved: 1, placed: 0 });
    expect(pendingAfterFirst).toEqual([{ key: 'key-1', name: 'tux', quantity: 4 }]);
    expect(second.report).toMatchObject({ resumed: 1, placed: 1, mismatches: [] });
    expect(store.orders).toHaveLength(1);
    expect(second.records.pending()).toEqual([]);
  });

  it('reports an acknowledged order that the store has lost', async () => {
    const store = new FakeStore();
    const forgetful = buy('tux');

    const { report } = await shop(store, [
      forgetful,
      {
        product: 'lego',
        get order() {
          store.orders.length = 0;
          return undefined;
        },
      },
    ]);

    expect(report.mismatches).toEqual([
      { client: 'client-1', number: 0, detail: 'order 0 (1 tux) was acknowledged, the store does not have it' },
    ]);
  });

  it('reports an acknowledged order that has become another', async () => {
    const store = new FakeStore();

    const { report } = await shop(store, [
      buy('tux'),
      {
        product: 'lego',
        get order() {
          store.orders[0] = { number: 0, name: 'lego', quantity: 9 };
          return undefined;
        },
      },
    ]);

    expect(report.mismatches[0]?.detail).toBe('order 0 was acknowledged as 1 tux, the store answers 9 lego as order 0');
  });

  it('reports an answer that a correct store would not give', async () => {
    const store = new FakeStore();
    store.faults.push(problem(422, 'key-reused'));

    const { report } = await shop(store, [buy('tux')]);

    expect(report).toMatchObject({ placed: 0, wrongAnswers: [expect.stringContaining('key-reused')] });
  });

  it('writes an attempt down before it sends it', async () => {
    const store = new FakeStore();
    const records = new MemoryOrderRecords();
    const intend = records.intend.bind(records);
    let sentBefore: number | undefined;
    records.intend = (order) => {
      sentBefore = store.keysSeen.length;
      return intend(order);
    };

    await shop(store, [buy('tux')], records);

    expect(sentBefore).toBe(0);
  });
});
