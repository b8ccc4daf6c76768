import { describe, expect, it } from '@jest/globals';

import type { DebitBatch } from '../debits/debit.js';
import { problemDetails } from '../problem/problem-details.js';
import type { ProblemCode } from '../problem/problem-types.js';
import { MemoryTransport } from '../testing/memory-transport.js';
import type { PeerAnswer, ScriptedPeer } from '../testing/scripted-peer.js';
import { ConnectionFailedError, UnexpectedAnswerError } from '../transport/transport-error.js';

import { CatalogClient } from './catalog-client.js';
import { OrderClient } from './order-client.js';
import { StoreClient } from './store-client.js';

const json = (body: unknown, headers: Record<string, string> = {}): PeerAnswer => ({
  kind: 'answer',
  status: 200,
  json: body,
  headers,
});

function problem(
  code: ProblemCode,
  more: { extensions?: Record<string, unknown>; headers?: Record<string, string> } = {},
): PeerAnswer {
  const details = problemDetails(code, 'why', { extensions: more.extensions });
  return { kind: 'answer', status: details.status, json: details, headers: more.headers };
}

const playing = (peer: ScriptedPeer | PeerAnswer): MemoryTransport =>
  new MemoryTransport(typeof peer === 'function' ? peer : () => peer);

describe('CatalogClient', () => {
  const batch: DebitBatch = { term: 7, settledThrough: 2, debits: [{ intent: 3, name: 'tux', quantity: 1 }] };

  it('reads a product with its version, whatever characters its name has', async () => {
    const transport = playing(json({ name: 'a/b', priceCents: 1, quantity: 2, epoch: 3, sequence: 4 }));

    await expect(new CatalogClient(transport).getProduct('a/b é')).rejects.toThrow(UnexpectedAnswerError);
    expect(transport.calls[0]?.path).toBe('/products/a%2Fb%20%C3%A9');
  });

  it.each<[string, PeerAnswer, object]>([
    [
      'a product',
      json({ name: 'tux', priceCents: 2599, quantity: 2, epoch: 3, sequence: 4 }),
      { kind: 'stock', stock: { name: 'tux', priceCents: 2599, quantity: 2, epoch: 3, sequence: 4 } },
    ],
    [
      'no product, with the version',
      problem('unknown-product', { extensions: { epoch: 3, sequence: 4 } }),
      { kind: 'absent', epoch: 3, sequence: 4 },
    ],
    [
      'a 503 with Retry-After',
      problem('unavailable', { headers: { 'retry-after': '2' } }),
      { kind: 'unavailable', detail: 'why', retryAfterMs: 2000 },
    ],
  ])('takes %s for what it is', async (_label, answer, expected) => {
    await expect(new CatalogClient(playing(answer)).getProduct('tux')).resolves.toEqual(expected);
  });

  it.each<[string, PeerAnswer, object]>([
    [
      'results',
      json({ results: [{ intent: 3, outcome: 'sold', costCents: 5 }] }),
      { kind: 'results', results: [{ intent: 3, outcome: 'sold', costCents: 5 }] },
    ],
    ['a refused term', problem('stale-fence', { extensions: { term: 9 } }), { kind: 'stale_term', term: 9 }],
    ['a refused term that is not told', problem('stale-fence'), { kind: 'stale_term', term: 8 }],
    ['a 503', problem('unavailable'), { kind: 'unavailable', detail: 'why', retryAfterMs: undefined }],
  ])('takes %s of a batch for what it is', async (_label, answer, expected) => {
    await expect(new CatalogClient(playing(answer)).debit(batch)).resolves.toEqual(expected);
  });

  it.each<[string, PeerAnswer]>([
    ['too few results', json({ results: [] })],
    ['results of other intents', json({ results: [{ intent: 4, outcome: 'sold', costCents: 5 }] })],
    ['an unknown outcome', json({ results: [{ intent: 3, outcome: 'eaten', costCents: 5 }] })],
    ['no JSON', { kind: 'answer', status: 200, body: Buffer.from('<html>') }],
    ['a foreign property', json({ results: [{ intent: 3, outcome: 'sold', costCents: 5, x: 1 }] })],
    ['a 500', problem('internal')],
  ])('trusts no answer with %s, and is not sure what happened', async (_label, answer) => {
    await expect(new CatalogClient(playing(answer)).debit(batch)).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      definite: false,
    });
  });

  it('is sure that nothing happened when its signature is refused', async () => {
    await expect(new CatalogClient(playing(problem('unauthenticated'))).debit(batch)).rejects.toMatchObject({
      status: 401,
      definite: true,
    });
  });

  it('passes on that nobody listens', async () => {
    await expect(new CatalogClient(playing({ kind: 'refuse_connection' })).listProducts()).rejects.toThrow(
      ConnectionFailedError,
    );
  });
});

describe('OrderClient', () => {
  const order = { name: 'tux', quantity: 3, key: 'k-1', deadlineMs: 900.7 };

  it('sends body, key and remaining time', async () => {
    const transport = playing(json({ order_number: 0 }));

    await new OrderClient(transport, 'order-1').placeOrder(order);

    expect(transport.calls[0]).toMatchObject({
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k-1', 'deadline-ms': '900' },
    });
    expect(transport.calls[0]?.body.toString()).toBe('{"name":"tux","quantity":3}');
  });

  it.each<[string, PeerAnswer, object]>([
    ['a placed order', json({ order_number: 0 }), { kind: 'placed', orderNumber: 0, replayed: false }],
    [
      'the version of the sale',
      json({ order_number: 0 }, { 'min-catalog-seq': '3;41' }),
      { kind: 'placed', orderNumber: 0, replayed: false, version: '3;41' },
    ],
    [
      'a version that is none',
      json({ order_number: 0 }, { 'min-catalog-seq': 'latest' }),
      { kind: 'placed', orderNumber: 0, replayed: false },
    ],
    [
      'a replay',
      json({ order_number: 0 }, { 'idempotency-replayed': 'true' }),
      { kind: 'placed', orderNumber: 0, replayed: true },
    ],
    ['an unknown product', problem('unknown-product'), { kind: 'unknown_product', detail: 'why' }],
    ['too little stock', problem('insufficient-stock'), { kind: 'insufficient_stock', detail: 'why' }],
    [
      'an invalid body',
      problem('validation-failed', { extensions: { errors: [{ pointer: '/quantity', detail: 'no' }, 'junk'] } }),
      { kind: 'invalid', detail: 'why', errors: [{ pointer: '/quantity', detail: 'no' }] },
    ],
    ['a reused key', problem('key-reused'), { kind: 'key_reused', detail: 'why' }],
    [
      'a follower that knows the leader',
      problem('not-leader', { extensions: { leader: 'order-3', term: 7 } }),
      { kind: 'not_leader', leader: 'order-3', term: 7 },
    ],
    [
      'a follower that knows the leader by id and url',
      problem('not-leader', { extensions: { leader: { id: 'order-3', url: 'http://x' }, term: 7 } }),
      { kind: 'not_leader', leader: 'order-3', term: 7 },
    ],
    [
      'a follower that knows none',
      problem('not-leader', { extensions: { leader: null, term: 7 } }),
      { kind: 'not_leader', leader: undefined, term: 7 },
    ],
    [
      'no leader',
      problem('no-leader', { headers: { 'retry-after': '1' } }),
      { kind: 'no_leader', detail: 'why', retryAfterMs: 1000 },
    ],
    [
      'too many orders',
      problem('overloaded', { headers: { 'retry-after': 'soon' } }),
      { kind: 'overloaded', detail: 'why', retryAfterMs: undefined },
    ],
    ['an unknown outcome', problem('outcome-unknown'), { kind: 'outcome_unknown', detail: 'why' }],
  ])('takes %s for what it is', async (_label, answer, expected) => {
    await expect(new OrderClient(playing(answer)).placeOrder(order)).resolves.toEqual(expected);
  });

  it('is not sure whether an order was placed when the connection breaks', async () => {
    await expect(new OrderClient(playing({ kind: 'break_connection' })).placeOrder(order)).rejects.toMatchObject({
      definite: false,
    });
  });

  it.each<[string, PeerAnswer, object]>([
    [
      'an order',
      json({ number: 0, name: 'tux', quantity: 3 }),
      { kind: 'order', order: { number: 0, name: 'tux', quantity: 3 } },
    ],
    ['no such order', problem('order-not-found'), { kind: 'absent' }],
    [
      'a follower',
      problem('not-leader', { extensions: { leader: 'order-2', term: 1 } }),
      { kind: 'not_leader', leader: 'order-2', term: 1 },
    ],
  ])('reads %s', async (_label, answer, expected) => {
    await expect(new OrderClient(playing(answer)).getOrder(0)).resolves.toEqual(expected);
  });

  it('asks for the orders after a number', async () => {
    const transport = playing(json({ orders: [], commitIndex: 4, appliedIndex: 4, more: false }));

    await expect(new OrderClient(transport).ordersAfter(-1)).resolves.toMatchObject({ kind: 'page' });
    expect(transport.calls[0]?.path).toBe('/orders?after=-1');
  });
});

describe('StoreClient', () => {
  it('unwraps answers and names its session', async () => {
    const transport = playing(json({ data: { name: 'tux', price: 25.99, quantity: 1 } }));

    const result = await new StoreClient(transport, { sessionId: 's-1' }).product('tux');

    expect(result).toEqual({ kind: 'product', product: { name: 'tux', price: 25.99, quantity: 1 } });
    expect(transport.calls[0]?.headers).toMatchObject({ 'session-id': 's-1' });
  });

  it('takes a 404 for an absent product even from a server without problem documents', async () => {
    const result = await new StoreClient(playing({ kind: 'answer', status: 404, body: Buffer.from('gone') })).product(
      'tux',
    );

    expect(result).toEqual({ kind: 'absent', detail: 'status 404' });
  });

  it('asks for a product as it is after an order of its own', async () => {
    const transport = playing((call) =>
      call.method === 'POST'
        ? json({ data: { order_number: 5 } }, { 'min-catalog-seq': '3;41' })
        : json({ data: { name: 'tux', price: 1, quantity: 2 } }),
    );
    const client = new StoreClient(transport);

    const placed = await client.placeOrder({ name: 'tux', quantity: 1, key: 'k', deadlineMs: 10_000 });
    await client.product('tux', { minVersion: placed.kind === 'placed' ? placed.version : undefined });
    await client.product('tux');

    expect(transport.calls.map(({ headers }) => headers['min-catalog-seq'])).toEqual([undefined, '3;41', undefined]);
  });

  it.each<[string, PeerAnswer, object]>([
    ['a placed order', json({ data: { order_number: 5 } }), { kind: 'placed', orderNumber: 5, replayed: false }],
    [
      'no leader',
      problem('no-leader', { headers: { 'retry-after': '2' } }),
      { kind: 'no_leader', detail: 'why', retryAfterMs: 2000 },
    ],
    [
      'a leader without its catalog',
      problem('unavailable', { headers: { 'retry-after': '1' } }),
      { kind: 'unavailable', detail: 'why', retryAfterMs: 1000 },
    ],
    ['an unknown outcome', problem('outcome-unknown'), { kind: 'outcome_unknown', detail: 'why' }],
  ])('takes %s for what it is', async (_label, answer, expected) => {
    const result = await new StoreClient(playing(answer)).placeOrder({
      name: 'tux',
      quantity: 1,
      key: 'k',
      deadlineMs: 10_000,
    });

    expect(result).toEqual(expected);
  });

  it('reads all products and an order', async () => {
    const products = await new StoreClient(
      playing(json({ data: [{ name: 'tux', price: 1.5, quantity: 0 }] })),
    ).products();
    const order = await new StoreClient(playing(json({ data: { number: 3, name: 'tux', quantity: 1 } }))).order(3);

    expect(products).toEqual({ kind: 'products', products: [{ name: 'tux', price: 1.5, quantity: 0 }] });
    expect(order).toEqual({ kind: 'order', order: { number: 3, name: 'tux', quantity: 1 } });
  });
});
