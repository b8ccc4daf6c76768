import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectionFailedError, type OrderResult, type PlaceOrderResult } from '@toystore/contracts';
import { publicApp } from '../testing/public-app.js';
import { type Reaction, ScriptedOrderGroup } from '@toystore/protocol/testing';

const group = new ScriptedOrderGroup();
let application: NestFastifyApplication;

beforeAll(async () => {
  application = await publicApp({ group });
});

afterAll(() => application.close());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function post(
  placements: Reaction<PlaceOrderResult>[],
  { body = { name: 'fox', quantity: 3 }, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
) {
  group.play({ placements });
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await application.inject({
    method: 'POST',
    url: '/orders',
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });
  return answer;
}

describe('POST /orders', () => {
  it('answers with the order’s number and the key that it was placed under', async () => {
    const answer = await post([{ kind: 'placed', orderNumber: 0, replayed: false }], {
      headers: { 'idempotency-key': 'mine' },
    });

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: { order_number: 0 } });
    expect(answer.headers['idempotency-key']).toBe('mine');
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
    expect(group.placements).toMatchObject([{ name: 'fox', quantity: 3, key: 'mine' }]);
  });

  it('makes a key where the shopper sent none, and tells it', async () => {
    const answer = await post([{ kind: 'placed', orderNumber: 0, replayed: false }]);

    expect(answer.headers['idempotency-key']).toMatch(uuid);
    expect(group.placements[0]?.key).toBe(answer.headers['idempotency-key']);
  });

  it('tells the catalog’s version of the sale, for reads that must show it', async () => {
    const answer = await post([{ kind: 'placed', orderNumber: 5, replayed: false, version: '3;41' }]);

    expect(answer.headers['min-catalog-seq']).toBe('3;41');
    expect(answer.json()).toEqual({ data: { order_number: 5 } });
  });

  it('says when the answer is an earlier one', async () => {
    const answer = await post([{ kind: 'placed', orderNumber: 5, replayed: true }], {
      headers: { 'idempotency-key': 'mine' },
    });

    expect(answer.headers['idempotency-replayed']).toBe('true');
  });

  it.each<{ kind: string; placements: Reaction<PlaceOrderResult>[]; status: number; retryAfter?: string }>([
    {
      kind: 'unknown-product',
      placements: [{ kind: 'unknown_product', detail: "There is no product 'fox'." }],
      status: 404,
    },
    {
      kind: 'insufficient-stock',
      placements: [{ kind: 'insufficient_stock', detail: 'Only 1 is left.' }],
      status: 400,
    },
    { kind: 'key-reused', placements: [{ kind: 'key_reused', detail: 'Another order has this key.' }], status: 422 },
    {
      kind: 'overloaded',
      placements: [{ kind: 'overloaded', detail: 'Too much to do.', retryAfterMs: 1500 }],
      status: 429,
      retryAfter: '2',
    },
    { kind: 'no-leader', placements: [], status: 503, retryAfter: '1' },
    {
      kind: 'outcome-unknown',
      placements: [
        new ConnectionFailedError(
          { method: 'POST', path: '/orders', receiver: 'order-3' },
          { definite: false, cause: new Error('ECONNRESET') },
        ),
      ],
      status: 504,
    },
  ])(
    'answers $status, a problem of type $kind, under the key that a retry needs',
    async ({ kind, placements, status, retryAfter }) => {
      const answer = await post(placements);

      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json()).toMatchObject({ type: `urn:toystore:problem:${kind}`, status, error: { code: status } });
      expect(answer.headers['retry-after']).toBe(retryAfter);
      expect(answer.headers['idempotency-key']).toMatch(uuid);
    },
  );

  it.each<[string, unknown]>([
    ['quantity 0', { name: 'fox', quantity: 0 }],
    ['quantity above the limit', { name: 'fox', quantity: 100_001 }],
    ['a quantity in words', { name: 'fox', quantity: '3' }],
    ['a fraction', { name: 'fox', quantity: 1.5 }],
    ['an illegal name', { name: '../fox', quantity: 1 }],
    ['a missing name', { quantity: 1 }],
    ['an unknown property', { name: 'fox', quantity: 1, price: 0 }],
    ['a list', []],
    ['__proto__', '{"name":"fox","quantity":1,"__proto__":{}}'],
    ['no JSON', '{"name":'],
  ])('refuses %s without asking the order group', async (_what, body) => {
    const answer = await post([], { body });

    expect(answer.statusCode).toBe(400);
    expect(group.placements).toEqual([]);
  });

  it.each([[''], ['two words'], ['x'.repeat(256)]])('refuses the key %j', async (key) => {
    const answer = await post([], { headers: { 'idempotency-key': key } });

    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ type: 'urn:toystore:problem:invalid-idempotency-key' });
    expect(group.placements).toEqual([]);
  });
});

describe('GET /metrics', () => {
  it('counts orders by how they ended, and repeated attempts', async () => {
    const sample = async (line: RegExp) => Number(line.exec((await application.inject('/metrics')).body)?.[1] ?? 0);
    const soldOut = () => sample(/^toystore_frontend_order_seconds_count\{outcome="insufficient_stock"\} (\d+)$/m);
    const repetitions = () => sample(/^toystore_frontend_order_repetitions_total (\d+)$/m);
    const before = [await soldOut(), await repetitions()];

    await post([
      { kind: 'not_leader', leader: undefined, term: 8 },
      { kind: 'insufficient_stock', detail: 'Only 1 is left.' },
    ]);

    expect([await soldOut(), await repetitions()]).toEqual(before.map((count) => count + 1));
  });
});

describe('GET /orders/:number', () => {
  async function get(number: string, lookups: Reaction<OrderResult>[]) {
    group.play({ lookups });
    return application.inject(`/orders/${number}`);
  }

  it('answers with the order', async () => {
    const answer = await get('0', [{ kind: 'order', order: { number: 0, name: 'fox', quantity: 3 } }]);

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: { number: 0, name: 'fox', quantity: 3 } });
  });

  it('answers 404 when there is none', async () => {
    const answer = await get('7', [{ kind: 'absent' }]);

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ type: 'urn:toystore:problem:order-not-found' });
  });

  it.each(['-1', '01', '1e3', 'abc', '9007199254740993', '1.0'])(
    'answers 404 for %s, which is no number of an order',
    async (number) => {
      const answer = await get(number, []);

      expect(answer.statusCode).toBe(404);
      expect(group.lookups).toEqual([]);
    },
  );

  it('answers 503 when no leader is found in time', async () => {
    const answer = await get('0', []);

    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
  });
});
