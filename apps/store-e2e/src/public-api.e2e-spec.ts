import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  error: { code: number; message: string };
}

describe('the public API', () => {
  let under: StoreUnderTest;
  let url: string;
  beforeAll(async () => {
    under = await startStoreUnderTest();
    url = under.store.url;
  }, 180_000);
  afterAll(() => under?.stop(), 60_000);

  const order = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/orders`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  async function expectProblem(answer: Response, status: number): Promise<Problem> {
    const text = await answer.text();
    expect([answer.status, text]).toEqual([status, text]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = JSON.parse(text) as Problem;
    expect(problem).toMatchObject({ status, error: { code: status, message: problem.detail } });
    expect(problem.detail.length).toBeGreaterThan(10);
    return problem;
  }

  it('lists products in catalog order, with prices as decimals', async () => {
    const answer = await fetch(`${url}/products`);

    const { data } = (await answer.json()) as { data: { name: string; price: number; quantity: number }[] };
    expect(data.length).toBeGreaterThanOrEqual(10);
    expect(data.find(({ name }) => name === 'tux')).toEqual({ name: 'tux', price: 25.99, quantity: 100 });
  });

  it('answers a product with the headers of a coherent cache, and 304 to its ETag', async () => {
    await fetch(`${url}/products/whale`);
    const hit = await fetch(`${url}/products/whale`);
    const etag = hit.headers.get('etag') ?? '';

    const unchanged = await fetch(`${url}/products/whale`, { headers: { 'if-none-match': etag } });

    expect(await hit.json()).toEqual({ data: { name: 'whale', price: expect.any(Number), quantity: 100 } });
    expect(hit.headers.get('cache-status')).toMatch(/; ?hit/);
    expect(hit.headers.get('cache-control')).toBe('no-cache');
    expect(Number(hit.headers.get('age'))).toBeGreaterThanOrEqual(0);
    expect(etag).toMatch(/^".+"$/);
    expect([unchanged.status, await unchanged.text()]).toEqual([304, '']);
  });

  it('places an order and answers it back', async () => {
    const placed = await order('{"name":"tux","quantity":3}');
    expect(placed.status).toBe(200);
    const { data } = (await placed.json()) as { data: { order_number: number } };

    const answer = await fetch(`${url}/orders/${data.order_number}`);

    expect(await answer.json()).toEqual({ data: { number: data.order_number, name: 'tux', quantity: 3 } });
    const shown = (await (await fetch(`${url}/products/tux`)).json()) as { data: { quantity: number } };
    expect(shown.data.quantity).toBe(97);
  }, 30_000);

  const badBodies: [string, string, number][] = [
    ['no JSON', '{"name":', 400],
    ['an unknown property', '{"name":"fox","quantity":1,"price":0}', 400],
    ['a duplicate property', '{"name":"fox","quantity":1,"quantity":2}', 400],
    ['__proto__', '{"name":"fox","quantity":1,"__proto__":{"x":1}}', 400],
    ['quantity 0', '{"name":"fox","quantity":0}', 400],
    ['a negative quantity', '{"name":"fox","quantity":-5}', 400],
    ['half a toy', '{"name":"fox","quantity":1.5}', 400],
    ['a quantity in words', '{"name":"fox","quantity":"1"}', 400],
    ['no quantity', '{"name":"fox"}', 400],
    ['an illegal name', '{"name":"=cmd()","quantity":1}', 400],
    ['an array', '[]', 400],
    ['a body over 16 KiB', JSON.stringify({ name: 'fox', quantity: 1, note: 'x'.repeat(20_000) }), 413],
    ['a product nobody sells', '{"name":"unicorn","quantity":1}', 404],
    ['more than there is', '{"name":"fox","quantity":101}', 400],
  ];
  it.each(badBodies)('refuses %s and changes nothing', async (_what, body, status) => {
    await expectProblem(await order(body), status);

    const shown = (await (await fetch(`${url}/products/fox`)).json()) as { data: { quantity: number } };
    expect(shown.data.quantity).toBe(100);
  });

  it.each([
    ['GET', '/products/unicorn', 404],
    ['GET', '/products/TUX', 404],
    ['GET', '/products/%00', 404],
    ['GET', '/products/..%2Forders', 404],
    ['GET', '/orders/999999', 404],
    ['GET', '/orders/-1', 404],
    ['GET', '/orders/01', 404],
    ['GET', '/nothing', 404],
    ['DELETE', '/cache/products/tux', 404],
    ['GET', '/leader/status', 404],
    ['PUT', '/orders', 405],
  ])('%s %s is answered with %i', async (method, path, status) => {
    await expectProblem(await fetch(`${url}${path}`, { method }), status);
  });

  it('tells not enough stock from a bad body by the type of the problem', async () => {
    const short = await expectProblem(await order('{"name":"fox","quantity":101}'), 400);
    const bad = await expectProblem(await order('{"name":"fox","quantity":0}'), 400);

    expect(short.type).toContain('insufficient-stock');
    expect(bad.type).not.toBe(short.type);
  });

  it('replays the answer to a repeated key, and refuses the key with another body', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = (await (await order('{"name":"lego","quantity":1}', headers)).json()) as {
      data: { order_number: number };
    };

    const again = (await (await order('{"name":"lego","quantity":1}', headers)).json()) as typeof first;
    const other = await order('{"name":"lego","quantity":2}', headers);

    expect(again).toEqual(first);
    await expectProblem(other, 422);
    await expectProblem(await order('{"name":"lego","quantity":1}', { 'idempotency-key': 'ä'.repeat(3) }), 400).catch(
      (error: unknown) => {
        // fetch itself refuses header values outside latin1; then there was no request to answer.
        if (!(error instanceof TypeError)) throw error;
      },
    );
  }, 30_000);

  it('serves liveness, readiness, metrics and its own documentation', async () => {
    const statusOf = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;

    expect(await statusOf('/health/live')).toBe(200);
    expect(await statusOf('/health/ready')).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/docs')).toBe(200);
    expect(await statusOf('/')).toBe(200);
  });

  it('answers 503 in bounded time while the catalog is dead, and recovers by itself', async () => {
    await under.store.kill('catalog');
    const startMs = performance.now();
    await expectProblem(await fetch(`${url}/products/elephant`), 503);
    expect(performance.now() - startMs).toBeLessThan(20_000);

    under.store.start('catalog');

    await until('the product is shown again', async () => (await fetch(`${url}/products/elephant`)).status === 200);
    await until('orders are taken again', async () => (await order('{"name":"elephant","quantity":1}')).status === 200);
  }, 180_000);

  it('answers 503 with Retry-After while no leader can be had, and recovers by itself', async () => {
    const replicas = ['order-1', 'order-2', 'order-3'];
    await Promise.all(replicas.slice(0, 2).map((name) => under.store.kill(name)));

    const refused = await order('{"name":"elephant","quantity":1}');

    await expectProblem(refused.clone() as Response, refused.status === 504 ? 504 : 503);
    for (const name of replicas.slice(0, 2)) under.store.start(name);
    await until('orders are taken again', async () => (await order('{"name":"elephant","quantity":1}')).status === 200);
    expect((await under.store.verify()).violations).toEqual([]);
  }, 240_000);
});
