import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

describe('the order history', () => {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await startStoreUnderTest({ stock: 100_000 });
  }, 180_000);
  afterAll(() => under?.stop(), 60_000);

  async function place(quantity: number, key: string = randomUUID()): Promise<number> {
    const answer = await under.shop.placeOrder({ name: 'tux', quantity, key, deadlineMs: 15_000 });
    if (answer.kind !== 'placed') throw new Error(`The order was answered with ${JSON.stringify(answer)}.`);
    return answer.orderNumber;
  }

  it('numbers orders from 0 without gaps', async () => {
    expect([await place(1), await place(2), await place(3)]).toEqual([0, 1, 2]);
    expect(await under.shop.order(1)).toMatchObject({ kind: 'order', order: { number: 1, name: 'tux', quantity: 2 } });
  }, 60_000);

  it('gives a replica back what it missed while it was dead', async () => {
    const { leader } = await under.store.status();
    const follower = ['order-1', 'order-2', 'order-3'].find((name) => name !== leader) as string;
    await under.store.kill(follower);
    for (let count = 0; count < 20; count++) await place(1);

    under.store.start(follower);
    await under.store.waitUntilReady({ limitMs: 60_000 });

    const report = await under.store.verify();
    expect(report.violations).toEqual([]);
    expect(report.replicas).toHaveLength(3);
    expect(new Set(report.replicas.map(({ hash }) => hash)).size).toBe(1);
    const csv = (name: string): Promise<string> => readFile(join(under.dataDir, name, 'orders.csv'), 'utf8');
    await until(
      'both replicas have written the same orders.csv',
      async () => (await csv(follower)) === (await csv(leader as string)),
    );
    expect((await csv(follower)).trim().split('\n')).toHaveLength(1 + report.orders);
  }, 180_000);

  it('answers a repeated key with the first number, also across a change of leader', async () => {
    const key = randomUUID();
    const first = await place(4, key);
    const sameLeader = await place(4, key);
    await under.store.kill('leader');

    const newLeader = await place(4, key);

    expect([sameLeader, newLeader]).toEqual([first, first]);
    for (const { name, state } of under.store.services) if (state === 'dead') under.store.start(name);
    await under.store.waitUntilReady({ limitMs: 60_000 });
    expect((await under.store.verify()).violations).toEqual([]);
  }, 180_000);

  it('refuses a repeated key with another body and changes nothing', async () => {
    const key = randomUUID();
    const number = await place(1, key);

    const other = await under.shop.placeOrder({ name: 'tux', quantity: 2, key, deadlineMs: 15_000 });

    expect(other.kind).toBe('key_reused');
    expect(await under.shop.order(number + 1)).toMatchObject({ kind: 'absent' });
  }, 60_000);

  it('keeps every order through a kill -9 of all five processes', async () => {
    const last = await place(5);
    await Promise.all(under.store.services.map(({ name }) => under.store.kill(name)));

    for (const { name } of under.store.services) under.store.start(name);
    await under.store.waitUntilReady({ limitMs: 120_000 });

    await until('the last order is readable again', async () => (await under.shop.order(last)).kind === 'order');
    expect((await under.store.verify()).violations).toEqual([]);
    expect(await place(1)).toBe(last + 1);
  }, 240_000);
});
