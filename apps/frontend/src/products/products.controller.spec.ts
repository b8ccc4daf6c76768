import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectionFailedError, UnexpectedAnswerError } from '@toystore/contracts';
import { MemoryCatalog, publicApp } from '../testing/public-app.js';

let catalog: MemoryCatalog;
let application: NestFastifyApplication;

beforeEach(async () => {
  catalog = new MemoryCatalog().set('tux', { priceCents: 2599, quantity: 100 }).set('fox', { priceCents: 2999, quantity: 4 });
  application = await publicApp({ catalog });
});

afterEach(() => application.close());

const target = { method: 'GET', path: '/products', receiver: 'catalog' };

describe('GET /products', () => {
  it('lists the toys in the catalog’s order, prices in decimals', async () => {
    const answer = await application.inject('/products');

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: [{ name: 'tux', price: 25.99, quantity: 100 }, { name: 'fox', price: 29.99, quantity: 4 }] });
    expect(answer.headers).toMatchObject({ etag: '"1.2"', 'cache-control': 'no-cache' });
  });

  it('answers 304 until something changes', async () => {
    const ask = () => application.inject({ url: '/products', headers: { 'if-none-match': '"1.2"' } });

    expect((await ask()).statusCode).toBe(304);
    catalog.set('fox', { priceCents: 2999, quantity: 3 });
    expect((await ask()).json()).toMatchObject({ data: [{}, { quantity: 3 }] });
  });
});

describe('GET /products/:name', () => {
  it('answers with the toy', async () => {
    const answer = await application.inject('/products/tux?anything=else');

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: { name: 'tux', price: 25.99, quantity: 100 } });
  });

  it('is never older than the question', async () => {
    await application.inject('/products/fox');
    catalog.set('fox', { priceCents: 2999, quantity: 3 });

    expect((await application.inject('/products/fox')).json()).toMatchObject({ data: { quantity: 3 } });
  });

  it.each(['/products/wolf', '/products/Tux', '/products/__proto__', '/products/%3Ccript%3E', '/products/..%2Ftux', '/products/-tux'])('answers 404 for %s', async (url) => {
    const answer = await application.inject(url);

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ type: 'urn:toystore:problem:unknown-product', error: { code: 404 } });
  });
});

describe.each(['/products', '/products/tux'])('GET %s without a catalog', (url) => {
  it('answers 503 and when to try again, and heals by itself', async () => {
    catalog.failure = new ConnectionFailedError(target, { definite: true, cause: new Error('ECONNREFUSED') });
    const answer = await application.inject(url);
    catalog.failure = undefined;

    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ type: 'urn:toystore:problem:unavailable' });
    expect(answer.headers['retry-after']).toBe('1');
    expect((await application.inject(url)).statusCode).toBe(200);
  });

  it('answers 502 when the catalog’s answer is of no use', async () => {
    catalog.failure = new UnexpectedAnswerError(target, { status: 500, reason: 'it failed' });

    expect((await application.inject(url)).statusCode).toBe(502);
  });
});
