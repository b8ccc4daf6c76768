import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { AcknowledgedOrder } from '@toystore/lab';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

/** Long, so that a machine that stalls for seconds does not end it before it was made use of. */
const leaseMs = 10_000;
const renewGuardMs = 250;
const stock = 1_000;

describe('while the catalog acknowledges sales in the background', () => {
  let under: StoreUnderTest;
  let transports: UndiciTransport[] = [];
  let shops: StoreClient[] = [];
  const acknowledged: AcknowledgedOrder[] = [];

  beforeAll(async () => {
    under = await startStoreUnderTest({
      stock,
      faults: true,
      frontends: 3,
      env: { INVALIDATION_MODE: 'background', LEASE_MS: String(leaseMs), DEBIT_TIMEOUT_MS: '25000' },
    });
    transports = under.store.urls.map((baseUrl) => new UndiciTransport({ baseUrl, receiver: 'store', connections: 2 }));
    shops = transports.map((transport) => new StoreClient(transport, { sessionId: 'e2e-background' }));
  }, 180_000);
  afterEach(() => under?.store.heal().then(() => undefined));
  afterAll(async () => {
    for (const transport of transports) await transport.close();
    await under?.stop();
  }, 60_000);

  /** Buys one at the first frontend; the version that its shopper insists on from now on, and when it was acknowledged. */
  async function buy(name: string): Promise<{ version: string; acknowledgedAtMs: number }> {
    const key = randomUUID();
    const answer = await under.shop.placeOrder({ name, quantity: 1, key, deadlineMs: 15_000 });
    if (answer.kind !== 'placed') throw new Error(`The order was answered with ${JSON.stringify(answer)}.`);
    if (answer.version === undefined) throw new Error('The order was answered without Min-Catalog-Seq.');
    acknowledged.push({ number: answer.orderNumber, name, quantity: 1, key, source: 'e2e' });
    return { version: answer.version, acknowledgedAtMs: performance.now() };
  }

  /** What a shopper is shown at a frontend; undefined when it has no answer now. */
  async function stockAt(shop: StoreClient, name: string, minVersion?: string): Promise<number | undefined> {
    const answer = await shop.product(name, { minVersion, deadlineMs: 15_000 });
    if (answer.kind === 'unavailable') return undefined;
    if (answer.kind !== 'product') throw new Error(`The product was answered with ${JSON.stringify(answer)}.`);
    return answer.product.quantity;
  }

  async function cachedEverywhere(name: string): Promise<void> {
    await until(`${name} is in every cache`, async () => {
      for (const shop of shops) await stockAt(shop, name);
      const { frontends } = await under.store.explain(name);
      return frontends.every((frontend) => frontend.kind === 'explained' && frontend.wouldServe === 'hit');
    });
  }

  async function waitsCounted(): Promise<{ pid: number; waits: number } | undefined> {
    const counted = await under.store.cacheWaits();
    return counted && { pid: counted.pid, waits: counted.waits };
  }

  it('a sale waits for no cache; who was told its version is shown nothing older anywhere, everybody else for a lease at most', async () => {
    const [first, cutOff, undelivered] = shops as [StoreClient, StoreClient, StoreClient];
    await cachedEverywhere('tux');
    const waitsBefore = await waitsCounted();
    await under.store.cut('catalog', 'frontend-2');
    await under.store.cut('catalog', 'frontend-3', { oneWay: true, refuse: true });

    const { version, acknowledgedAtMs } = await buy('tux');
    const shownToOthers = await stockAt(cutOff, 'tux');
    const shownToBuyer = await Promise.all(shops.map((shop) => stockAt(shop, 'tux', version)));

    expect(waitsBefore).toBeDefined();
    expect(await waitsCounted()).toEqual(waitsBefore);
    expect(shownToOthers).toBe(stock);
    // One cannot ask the catalog, so it has no answer for the buyer; the other two ask.
    expect(shownToBuyer).toEqual([stock - 1, undefined, stock - 1]);

    await until('the frontend that is cut off shows the old stock no more', async () => {
      const sentAtMs = performance.now();
      const shown = await stockAt(cutOff, 'tux');
      if (shown === stock) expect(sentAtMs - acknowledgedAtMs).toBeLessThanOrEqual(leaseMs + renewGuardMs);
      return shown !== stock;
    });
    expect([undefined, stock - 1]).toContain(await stockAt(cutOff, 'tux'));
    await until(
      'a heartbeat has told the one that no DELETE reaches',
      async () => (await stockAt(undelivered, 'tux')) === stock - 1,
    );
    expect(await stockAt(first, 'tux')).toBe(stock - 1);

    await under.store.heal();
    await cachedEverywhere('tux');
    expect(await Promise.all(shops.map((shop) => stockAt(shop, 'tux')))).toEqual(shops.map(() => stock - 1));
    expect((await under.store.verify({ acknowledged })).violations).toEqual([]);
  }, 240_000);

  it('a buyer is never shown less than the own sales, beside others whose reads fill the caches', async () => {
    await cachedEverywhere('lego');
    await under.store.cut('catalog', 'frontend-3', { oneWay: true, refuse: true });
    const others = new AbortController();
    const filling = shops.map(async (shop) => {
      while (!others.signal.aborted) await stockAt(shop, 'lego');
    });
    try {
      for (let sold = 1; sold <= 30; sold++) {
        const { version } = await buy('lego');

        const shown = await Promise.all(shops.map((shop) => stockAt(shop, 'lego', version)));

        expect(shown).toEqual(shops.map(() => stock - sold));
      }
    } finally {
      others.abort();
      await Promise.all(filling);
    }
    await under.store.heal();
    expect((await under.store.verify({ acknowledged })).violations).toEqual([]);
  }, 240_000);
});
