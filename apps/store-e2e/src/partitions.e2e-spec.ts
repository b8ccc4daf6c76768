import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import { type AcknowledgedOrder, type CacheWaits, type ServiceStatus, timerAllowanceMs } from '@toystore/lab';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

/** The catalog's lease and renewal guard, both the defaults, and what timers need: the longest that caches may delay a sale. */
const cacheWaitMsMax = 2_000 + 250 + timerAllowanceMs;

const takeoverStableMs = 1000;
const highestPriority = 'order-3';

describe('while the network between processes is cut', () => {
  let under: StoreUnderTest;
  let acknowledged: AcknowledgedOrder[];
  let started: StoreUnderTest | undefined;
  afterEach(async () => {
    await started?.stop();
    started = undefined;
  }, 60_000);

  async function startCuttable(stock: number): Promise<void> {
    acknowledged = [];
    started = await startStoreUnderTest({ stock, faults: true });
    under = started;
  }

  /** Asks with one key until the order is acknowledged, as the client does; how often it took. */
  async function buy(name: string, quantity: number): Promise<number> {
    const key = randomUUID();
    let asked = 0;
    await until(`the order of ${quantity} ${name} is acknowledged`, async () => {
      asked += 1;
      const answer = await under.shop.placeOrder({ name, quantity, key, deadlineMs: 15_000 });
      if (answer.kind !== 'placed') return false;
      acknowledged.push({ number: answer.orderNumber, name, quantity, key, source: 'e2e' });
      return true;
    });
    return asked;
  }

  async function statusOf(name: string): Promise<ServiceStatus> {
    const { services } = await under.store.status();
    const found = services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  }

  async function leaderOtherThan(previous: string | undefined): Promise<string> {
    let leader: string | null = null;
    await until('a replica leads', async () => {
      ({ leader } = await under.store.status());
      return leader !== null && leader !== previous;
    });
    return leader ?? '';
  }

  /** Quantity and whether it came from the cache, or undefined when the store has no answer now. */
  async function look(name: string): Promise<{ quantity: number; hit: boolean } | undefined> {
    const answer = await fetch(`${under.store.url}/products/${name}`, { signal: AbortSignal.timeout(15_000) });
    const body = (await answer.json()) as { data?: { quantity: number } };
    if (answer.status === 503) return undefined;
    if (body.data === undefined)
      throw new Error(`The product was answered with ${answer.status} ${JSON.stringify(body)}.`);
    return { quantity: body.data.quantity, hit: (answer.headers.get('cache-status') ?? '').includes('; hit') };
  }

  /** Cuts between the leader, `a` of each cut, and every follower: what is lost, and whether the deposed one hears of later orders. */
  const isolations: readonly (readonly [
    what: string,
    cut: (leader: string, follower: string) => Promise<unknown>,
    hears: boolean,
  ])[] = [
    ['hears no follower and is heard by none', (leader, follower) => under.store.cut(leader, follower), false],
    ['is heard by no follower', (leader, follower) => under.store.cut(leader, follower, { oneWay: true }), true],
    ['hears no follower', (leader, follower) => under.store.cut(follower, leader, { oneWay: true }), false],
    [
      'is refused by every follower and refuses them',
      (leader, follower) => under.store.cut(leader, follower, { refuse: true }),
      false,
    ],
  ];

  it.each(isolations)(
    'orders go on without a leader that %s, which acknowledges nothing and catches up afterwards',
    async (_, cut, hears) => {
      await startCuttable(1000);
      await buy('tux', 1);
      const deposed = await leaderOtherThan(undefined);
      const followers = ['order-1', 'order-2', 'order-3'].filter((name) => name !== deposed);
      const { orders: ordersBefore } = await statusOf(deposed);

      for (const follower of followers) await cut(deposed, follower);
      await Promise.all(['tux', 'fox', 'lego'].map((name) => buy(name, 2)));
      const successor = await leaderOtherThan(deposed);
      await buy('whale', 3);

      expect((await statusOf(successor)).orders).toBe(5);
      if (!hears) expect((await statusOf(deposed)).orders).toBe(ordersBefore);
      expect(await under.store.heal()).toEqual({ cut: [] });
      await until('the replica has caught up', async () => (await statusOf(deposed)).orders === 5);
      await buy('frisbee', 1);
      const report = await under.store.verify({ acknowledged });
      expect(report.violations).toEqual([]);
      expect(report.orders).toBe(6);
    },
    240_000,
  );

  it.each([
    ['hears nothing from', {}],
    ['is refused by', { refuse: true }],
  ])(
    'orders go on without a leader that %s the catalog, which the others reach, until it leads again',
    async (_, how) => {
      acknowledged = [];
      under = started = await startStoreUnderTest({
        stock: 1000,
        faults: true,
        env: { TAKEOVER_STABLE_MS: String(takeoverStableMs) },
      });
      await buy('tux', 1);
      await until('the replica of the highest priority leads', async () => {
        return (await under.store.status()).leader === highestPriority;
      });

      await under.store.cut(highestPriority, 'catalog', how);
      await Promise.all(['tux', 'fox', 'lego'].map((name) => buy(name, 2)));
      await leaderOtherThan(highestPriority);
      // Several times as long as a replica of higher priority has to wait.
      const end = performance.now() + 5 * takeoverStableMs;
      while (performance.now() < end) await buy('whale', 1);
      await leaderOtherThan(highestPriority);

      await under.store.heal();
      await until('the replica of the highest priority leads again', async () => {
        await buy('frisbee', 1);
        return (await under.store.status()).leader === highestPriority;
      });
      const report = await under.store.verify({ acknowledged });
      expect(report.violations).toEqual([]);
    },
    240_000,
  );

  it('an order that a frontend could not place, because the leader refuses its connections, is placed once through another frontend', async () => {
    acknowledged = [];
    under = started = await startStoreUnderTest({
      stock: 1000,
      faults: true,
      frontends: 2,
      env: { ORDER_DEADLINE_MS: '1500' },
    });
    const leader = await leaderOtherThan(undefined);
    const key = randomUUID();
    const order = { name: 'tux', quantity: 3, key, deadlineMs: 15_000 };
    const [, other] = under.store.urls;
    if (other === undefined) throw new Error('There is one frontend only.');
    const transport = new UndiciTransport({ baseUrl: other, receiver: 'store', connections: 1 });
    const otherShop = new StoreClient(transport, { sessionId: 'e2e-2' });
    try {
      await under.store.cut('frontend', leader, { refuse: true });
      const refused = await under.shop.placeOrder(order);
      const placed = await otherShop.placeOrder(order);
      await under.store.heal();

      expect(['no_leader', 'outcome_unknown', 'unavailable']).toContain(refused.kind);
      if (placed.kind !== 'placed') throw new Error(`The order was answered with ${JSON.stringify(placed)}.`);
      acknowledged.push({ number: placed.orderNumber, name: 'tux', quantity: 3, key, source: 'e2e' });
      await until('the first frontend has found the leader again', async () => {
        const again = await under.shop.placeOrder(order);
        return again.kind === 'placed' && again.orderNumber === placed.orderNumber;
      });
      const report = await under.store.verify({ acknowledged });
      expect(report.violations).toEqual([]);
      expect(report.orders).toBe(1);
    } finally {
      await transport.close();
    }
  }, 240_000);

  async function cacheWaits(): Promise<CacheWaits> {
    let found: CacheWaits | undefined;
    await until('the catalog says how long sales waited', async () => {
      found = await under.store.cacheWaits();
      return found !== undefined;
    });
    return found as CacheWaits;
  }

  /** Buys one, and says how long the catalog waited for caches on its account; its own stalls do not count. */
  async function buyAndMeasure(name: string): Promise<number> {
    const before = await cacheWaits();
    expect(await buy(name, 1)).toBe(1);
    const after = await cacheWaits();
    expect(after).toMatchObject({ pid: before.pid, waits: before.waits + 1 });
    return after.totalRunningMs - before.totalRunningMs;
  }

  it.each([
    ['cannot reach', { oneWay: true }],
    ['cannot reach and does not hear', {}],
    ['is refused by and refuses', { refuse: true }],
  ])(
    'a sale waits a lease at most for a frontend that the catalog %s, which shows no stock from before it, and the next sale does not wait again',
    async (_, how) => {
      await startCuttable(100);
      await until('the cache is in use', async () => (await look('tux'))?.hit === true);
      await until('the other cached product is in use', async () => (await look('fox'))?.hit === true);

      await under.store.cut('catalog', 'frontend', how);
      const first = await buyAndMeasure('tux');
      const [atFrontend] = (await under.store.explain('tux')).frontends;
      const [shown, again] = await Promise.all([look('tux'), look('tux')]);
      const second = await buyAndMeasure('tux');
      const ofAnother = await buyAndMeasure('fox');

      expect(first).toBeLessThanOrEqual(cacheWaitMsMax);
      // A sale that is acknowledged beside a lease that is in force would have broken the promise that it waits for.
      expect(atFrontend).toMatchObject({ kind: 'explained', wouldServe: 'pass', leaseRemainingMs: 0 });
      expect([undefined, 99]).toContain(shown?.quantity);
      expect([undefined, 99]).toContain(again?.quantity);
      expect(second).toBeLessThanOrEqual(timerAllowanceMs);
      expect(ofAnother).toBeLessThanOrEqual(timerAllowanceMs);
      expect([undefined, 98]).toContain((await look('tux'))?.quantity);
      expect((await under.store.status()).cut).toMatchObject([{ a: 'catalog', b: 'frontend', ...how }]);
      await under.store.heal({ a: 'frontend', b: 'catalog' });
      await until('the cache is in use again', async () => (await look('tux'))?.hit === true);
      expect(await look('tux')).toMatchObject({ quantity: 98, hit: true });
      expect((await under.store.verify({ acknowledged })).violations).toEqual([]);
    },
    240_000,
  );
});
