import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCoherence } from '@toystore/chaos';
import { findFreeBasePort, portBlock } from '@toystore/lab';
import { CatalogGate } from './catalog-gate.js';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

describe('what shoppers are shown', () => {
  let under: StoreUnderTest | undefined;
  let gate: CatalogGate | undefined;
  afterEach(async () => {
    await under?.stop();
    await gate?.close();
    under = undefined;
    gate = undefined;
  }, 60_000);

  async function stockOf(name: string): Promise<number> {
    const answer = await (under as StoreUnderTest).shop.product(name, { deadlineMs: 15_000 });
    if (answer.kind !== 'product') throw new Error(`The product was answered with ${JSON.stringify(answer)}.`);
    return answer.product.quantity;
  }

  async function buy(name: string, quantity: number): Promise<void> {
    const answer = await (under as StoreUnderTest).shop.placeOrder({
      name,
      quantity,
      key: randomUUID(),
      deadlineMs: 15_000,
    });
    if (answer.kind !== 'placed') throw new Error(`The order was answered with ${JSON.stringify(answer)}.`);
  }

  it('is never a fill that a sale has overtaken', async () => {
    const port = await findFreeBasePort();
    gate = await CatalogGate.open(portBlock(port).catalog, '/products/tux');
    under = await startStoreUnderTest({ port, stock: 100, env: { CATALOG_URL: gate.url } });
    gate.hold();
    const overtaken = stockOf('tux');
    await gate.answerHeld();

    await buy('tux', 7);
    gate.release();

    expect([93, 100]).toContain(await overtaken);
    expect(await stockOf('tux')).toBe(93);
    expect(await stockOf('tux')).toBe(93);
  }, 240_000);

  it('is restocked to 100 after it sold out, and the sale was refused while it was', async () => {
    under = await startStoreUnderTest({ stock: 100, env: { RESTOCK_INTERVAL_MS: '1500' } });
    expect(await stockOf('fox')).toBe(100);

    await buy('fox', 100);

    const shown = await stockOf('fox');
    expect([0, 100]).toContain(shown);
    await until('fox is in stock again', async () => (await stockOf('fox')) === 100);
    expect((await under.store.verify()).violations).toEqual([]);
  }, 240_000);

  it('is never older than an acknowledged sale at any of three frontends, while they and the catalog are killed, paused and cut off', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'toystore-coherence-'));

    const report = await runCoherence({
      readers: 6,
      frontends: 3,
      reads: 20_000,
      // Faults come fast, so that a short run has several; each is over before the next one.
      meanGapMs: 1000,
      secondsMax: 300,
      // A machine may stall for seconds in the middle of an order. How long it waited for caches is judged exactly, in the catalog.
      saleSlackMs: 5000,
      seed: 41,
      dataDir,
    });

    expect(report.violations).toEqual([]);
    expect(report).toMatchObject({ ok: true, stale: 0 });
    expect(report.checked).toBeGreaterThanOrEqual(20_000);
    expect(report.faults.length).toBeGreaterThan(0);
    expect(report.cacheWaits.waits).toBeGreaterThan(0);
    expect(report.cacheWaits.longestRunningMs).toBeLessThanOrEqual(2_000 + 250 + 50);
    const frontends = Object.values(report.byFrontend);
    expect(frontends).toHaveLength(3);
    expect(frontends.reduce((hits, reads) => hits + reads.hits, 0)).toBeGreaterThan(1000);
    await rm(dataDir, { recursive: true, force: true });
  }, 600_000);

  it('is current at once after the frontend or the catalog was killed and restarted', async () => {
    under = await startStoreUnderTest({ stock: 1000 });
    expect(await stockOf('lego')).toBe(1000);
    await buy('lego', 1);
    await under.store.kill('catalog');
    under.store.start('catalog');
    await under.store.waitUntilReady({ limitMs: 60_000 });

    await buy('lego', 2);

    expect(await stockOf('lego')).toBe(997);
    await under.store.kill('frontend');
    under.store.start('frontend');
    await under.store.waitUntilReady({ limitMs: 60_000 });
    expect(await stockOf('lego')).toBe(997);
  }, 240_000);
});
