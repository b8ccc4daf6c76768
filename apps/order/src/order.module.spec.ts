import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CatalogReachability, Office, OrderStateMachine } from '@toystore/protocol/order';
import { FakeCatalog, until } from '@toystore/protocol/testing';
import { OrderApp } from './testing/order-app.js';

let order: OrderApp;

afterEach(() => order.stop());

async function start(catalog = new FakeCatalog({ tux: 10, fox: 1 }), admission = {}) {
  order = await OrderApp.start(catalog, admission);
  return catalog;
}

const problem = (code: string) => expect.objectContaining({ type: `urn:toystore:problem:${code}` });

describe('POST /orders', () => {
  it('answers with the order number, from 0', async () => {
    const catalog = await start();

    const first = await order.place({ name: 'tux', quantity: 3 }, { 'idempotency-key': 'a' });
    const second = await order.place({ name: 'fox', quantity: 1 }, { 'idempotency-key': 'b' });

    expect(first).toMatchObject({ status: 200, body: { order_number: 0 } });
    expect(second).toMatchObject({ status: 200, body: { order_number: 1 } });
    expect(catalog.stock.get('tux')).toBe(7);
  });

  it('replays the answer to a repeated key, and says so', async () => {
    const catalog = await start();
    await order.place({ name: 'tux', quantity: 3 });

    const again = await order.place({ name: 'tux', quantity: 3 });

    expect(again).toMatchObject({ status: 200, body: { order_number: 0 } });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(catalog.stock.get('tux')).toBe(7);
  });

  it('refuses a key that was used for something else', async () => {
    await start();
    await order.place({ name: 'tux', quantity: 3 });

    const other = await order.place({ name: 'tux', quantity: 4 });

    expect(other).toMatchObject({ status: 422, body: problem('key-reused') });
  });

  it.each([
    ['an unknown product', { name: 'unicorn', quantity: 1 }, 404, 'unknown-product'],
    ['more than there is', { name: 'fox', quantity: 2 }, 400, 'insufficient-stock'],
    ['no quantity', { name: 'fox' }, 400, 'validation-failed'],
    ['a fraction', { name: 'fox', quantity: 1.5 }, 400, 'validation-failed'],
    ['nothing', { name: 'fox', quantity: 0 }, 400, 'validation-failed'],
    ['a formula', { name: '=1+1', quantity: 1 }, 400, 'validation-failed'],
    ['unknown properties', { name: 'fox', quantity: 1, price: 0 }, 400, 'validation-failed'],
  ])('refuses %s', async (_what, body, status, code) => {
    await start();

    expect(await order.place(body)).toMatchObject({ status, body: problem(code) });
    expect((await order.get('/audit')).body).toMatchObject({ orders: 0, openIntents: 0 });
  });

  it.each(['', 'two words', 'x'.repeat(256)])('refuses the key %p', async (key) => {
    await start();

    const answer = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': key });

    expect(answer).toMatchObject({ status: 400, body: problem('invalid-idempotency-key') });
  });

  it('refuses a deadline that is no number', async () => {
    await start();

    expect(await order.place({ name: 'tux', quantity: 1 }, { 'deadline-ms': 'soon' })).toMatchObject({ status: 400 });
  });

  it('writes nothing for a deadline that has passed', async () => {
    await start();

    const answer = await order.place({ name: 'tux', quantity: 1 }, { 'deadline-ms': '0' });

    expect(answer).toMatchObject({ status: 503, body: problem('unavailable') });
    expect(order.app.get(OrderStateMachine).ledger.openCount).toBe(0);
  });

  it('says that the outcome is not known when the catalog is silent past the deadline, and the same key finds out', async () => {
    const catalog = await start();
    const release = catalog.holdCalls();

    const late = await order.place({ name: 'tux', quantity: 1 }, { 'deadline-ms': '50' });
    release();
    const again = await order.place({ name: 'tux', quantity: 1 });

    expect(late).toMatchObject({ status: 504, body: problem('outcome-unknown') });
    expect(again).toMatchObject({ status: 200, body: { order_number: 0 } });
  });

  it('refuses new orders while the catalog cannot be reached, goes on with open ones, and recovers by itself', async () => {
    const catalog = await start();
    const { ledger } = order.app.get(OrderStateMachine);
    const reachability = order.app.get(CatalogReachability);
    catalog.isDown = true;
    const open = order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'open', 'deadline-ms': '60000' });
    await until(() => !reachability.isReachable, 'the catalog is believed unreachable');

    const refused = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'new' });

    expect(refused).toMatchObject({ status: 503, body: problem('unavailable') });
    expect(refused.headers['retry-after']).toBe('1');
    expect(ledger.openCount).toBe(1);
    catalog.isDown = false;
    expect(await open).toMatchObject({ status: 200, body: { order_number: 0 } });
    await until(() => reachability.isReachable, 'the catalog is believed reachable');
    const retried = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'new' });
    expect(retried).toMatchObject({ status: 200, body: { order_number: 1 } });
  });

  it('finds out that the catalog is back although nothing waits for it', async () => {
    const catalog = await start();
    const reachability = order.app.get(CatalogReachability);
    await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'before' });
    catalog.at = () => {
      catalog.at = () => 'go on';
      reachability.stayedSilent();
      return 'go on';
    };
    await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'meanwhile' });

    await until(() => reachability.isReachable, 'the catalog is believed reachable');

    expect(await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'after' })).toMatchObject({
      status: 200,
    });
  });

  it('refuses what is beyond its limits at once and completes what it took', async () => {
    const catalog = new FakeCatalog({ tux: 10 });
    await start(catalog, { requestsMax: 2 });
    const release = catalog.holdCalls();
    const { ledger } = order.app.get(OrderStateMachine);
    const taken = ['a', 'b'].map((key) => order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': key }));
    await until(() => ledger.openCount === 2, 'two orders are in hand');

    const third = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'c' });
    release();

    expect(third).toMatchObject({ status: 429, body: problem('overloaded') });
    expect((await Promise.all(taken)).map((answer) => answer.status)).toEqual([200, 200]);
  });

  it('refuses new intents while too many wait for the catalog', async () => {
    const catalog = new FakeCatalog({ tux: 10 });
    await start(catalog, { openIntentsMax: 1 });
    const release = catalog.holdCalls();
    const { ledger } = order.app.get(OrderStateMachine);
    const taken = order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'a' });
    await until(() => ledger.openCount === 1, 'an order is open');

    const second = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'b' });
    const joined = order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'a' });
    release();

    expect(second).toMatchObject({ status: 429 });
    expect([(await taken).body, (await joined).body]).toEqual([{ order_number: 0 }, { order_number: 0 }]);
  });
});

describe('a replica that does not lead', () => {
  it('points elsewhere for orders and order queries, and still shows its log and audit', async () => {
    await start();
    await order.place({ name: 'tux', quantity: 1 });
    await order.app.get(Office).leave();

    const placed = await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': 'b' });
    const asked = await order.get('/orders/0');

    expect(placed).toMatchObject({ status: 421, body: problem('not-leader') });
    expect(asked).toMatchObject({ status: 421, body: problem('not-leader') });
    expect((await order.get('/orders?after=-1')).body).toMatchObject({
      orders: [{ number: 0, name: 'tux', quantity: 1 }],
    });
    expect(await order.get('/audit')).toMatchObject({ status: 200 });
  });
});

describe('GET /orders', () => {
  it('finds an order, and denies one only after a quorum agrees', async () => {
    await start();
    await order.place({ name: 'tux', quantity: 2 });

    expect(await order.get('/orders/0')).toEqual({ status: 200, body: { number: 0, name: 'tux', quantity: 2 } });
    expect(await order.get('/orders/1')).toMatchObject({ status: 404, body: problem('order-not-found') });
  });

  it.each(['01', '-1', '1e3', '1.0', 'abc', '9007199254740993'])('takes %s for no order number', async (number) => {
    await start();

    expect(await order.get(`/orders/${number}`)).toMatchObject({ status: 400 });
  });

  it('pages through the committed orders', async () => {
    await start();
    for (const key of ['a', 'b', 'c']) await order.place({ name: 'tux', quantity: 1 }, { 'idempotency-key': key });

    const first = await order.get('/orders?after=-1&limit=2');
    const rest = await order.get('/orders?after=1');

    expect(first.body).toMatchObject({ orders: [{ number: 0 }, { number: 1 }], more: true });
    expect(rest.body).toMatchObject({ orders: [{ number: 2 }], more: false });
    expect(rest.body['appliedIndex']).toBe(rest.body['commitIndex']);
  });

  it.each(['/orders?after=x', '/orders?after=-2', '/orders?limit=0', '/orders?after=1&after=2'])(
    'refuses %s',
    async (url) => {
      await start();

      expect(await order.get(url)).toMatchObject({ status: 400 });
    },
  );
});

describe('GET /audit', () => {
  it('shows what is applied', async () => {
    const catalog = await start();
    await order.place({ name: 'tux', quantity: 2 });

    const { body } = await order.get('/audit');

    expect(body).toMatchObject({ role: 'leader', orders: 1, openIntents: 0, soldDigest: catalog.soldDigest });
    expect(body['soldByProduct']).toEqual([{ name: 'tux', quantity: 2 }]);
  });
});

describe('orders.csv', () => {
  it('follows the applied log', async () => {
    await start();
    await order.place({ name: 'tux', quantity: 2 }, { 'idempotency-key': 'a' });
    await order.place({ name: 'fox', quantity: 1 }, { 'idempotency-key': 'b' });

    let csv = '';
    const read = async (): Promise<void> => {
      csv = await readFile(order.ordersCsvPath, 'utf8').catch(() => '');
    };
    for (const giveUpAt = performance.now() + 20_000; csv.split('\n').length < 4 && performance.now() < giveUpAt;)
      await read();

    expect(csv).toBe('number,name,quantity\n0,tux,2\n1,fox,1\n');
  });
});
