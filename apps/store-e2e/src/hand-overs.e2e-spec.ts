import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcknowledgedOrder, ServiceStatus } from '@toystore/lab';
import { readBack } from './read-back.js';
import { Shoppers } from './shoppers.js';
import { startStoreUnderTest, toys, until, type StoreUnderTest } from './store-under-test.js';

const replicas = ['order-1', 'order-2', 'order-3'] as const;
const highestPriority = 'order-3';
const takeoverStableMs = 3_000;

/** One store under steady load, in which leadership changes; not one request of a shopper may fail. */
describe('while leadership changes hands under load', () => {
  let under: StoreUnderTest;
  const acknowledged: AcknowledgedOrder[] = [];

  beforeAll(async () => {
    under = await startStoreUnderTest({
      stock: 1_000_000,
      env: { TAKEOVER_STABLE_MS: String(takeoverStableMs) },
    });
  }, 180_000);
  afterAll(() => under?.stop(), 60_000);

  /** Six shoppers order, look at toys and look up their orders meanwhile. */
  async function shopping(meanwhile: (shoppers: Shoppers) => Promise<void>): Promise<void> {
    const shoppers = new Shoppers(under.store.url, toys, 6, { look: true });
    try {
      await served(shoppers);
      await meanwhile(shoppers);
      await served(shoppers);
    } finally {
      acknowledged.push(...(await shoppers.goHome()));
    }
    expect(shoppers.failed).toEqual([]);
    const report = await under.store.verify({ acknowledged });
    expect(report.violations).toEqual([]);
    expect(report.replicas).toHaveLength(replicas.length);
    expect(report.orders).toBe(acknowledged.length);
    await readBack(under.shop, acknowledged);
  }

  async function served(shoppers: Shoppers): Promise<void> {
    const before = shoppers.acknowledged.length;
    await until('the shoppers are served', () => Promise.resolve(shoppers.acknowledged.length >= before + 20));
  }

  async function leads(name: string): Promise<ServiceStatus> {
    let found: ServiceStatus | undefined;
    await until(`${name} leads`, async () => {
      const { leader, services } = await under.store.status();
      found = services.find((service) => service.name === name);
      return leader === name;
    });
    return found as ServiceStatus;
  }

  it('a leader of the highest priority that was killed catches up when it is back, and leads again after the stable period', async () => {
    await leads(highestPriority);

    await shopping(async (shoppers) => {
      await under.store.kill(highestPriority, 'SIGKILL');
      await served(shoppers);
      const { leader: successor, services } = await under.store.status();
      const termBetween = Math.max(...services.map(({ kind, term }) => (kind === 'order' ? (term ?? 0) : 0)));
      const { pid } = under.store.start(highestPriority);
      const startedAtMs = performance.now();
      const again = await leads(highestPriority);

      expect(replicas).toContain(successor);
      expect(successor).not.toBe(highestPriority);
      expect(performance.now() - startedAtMs).toBeGreaterThan(takeoverStableMs);
      expect(again.term ?? 0).toBeGreaterThan(termBetween);
      expect(under.store.services).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: highestPriority, pid, state: 'running' })]),
      );
    });

    expect(under.exits).toEqual([]);
  }, 240_000);

  it.each([
    ['the lowest priority first', replicas],
    ['the leader first', [...replicas].reverse()],
  ])(
    'all replicas are restarted one after the other by SIGTERM, %s',
    async (_, order) => {
      await leads(highestPriority);
      const before = under.store.services.map(({ pid }) => pid);

      await shopping(async (shoppers) => {
        for (const name of order) {
          await under.store.kill(name, 'SIGTERM');
          under.store.start(name);
          await under.store.waitUntilReady({ limitMs: 60_000, names: [name] });
          await served(shoppers);
        }
        await leads(highestPriority);
      });

      const renewed = under.store.services.filter(({ pid }) => !before.includes(pid)).map(({ name }) => name);
      expect(renewed).toEqual([...replicas]);
    },
    240_000,
  );
});
