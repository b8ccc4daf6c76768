import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cache, CACHE_MANAGER } from '@nestjs/cache-manager';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CoherentCache } from '@quorumkit/cache';
import { holdLease } from '@quorumkit/cache/testing';
import { ConnectionFailedError, UnexpectedAnswerError } from '@toystore/contracts';
import { createJsonLogger, createServiceApp, RequestLog } from '@toystore/service';
import { InternalModule } from '../internal.module.js';
import { MemoryCatalog, publicApp } from '../testing/public-app.js';
import { createHitPath } from './hit-path.js';

let catalog: MemoryCatalog;
let application: NestFastifyApplication;

beforeEach(async () => {
  catalog = new MemoryCatalog()
    .set('tux', { priceCents: 2599, quantity: 100 })
    .set('fox', { priceCents: 2999, quantity: 4 });
  application = await publicApp({ catalog });
});

afterEach(() => application.close());

const target = { method: 'GET', path: '/products', receiver: 'catalog' };

describe('GET /products', () => {
  it('lists the toys in the catalog’s order, prices in decimals', async () => {
    const answer = await application.inject('/products');

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      data: [
        { name: 'tux', price: 25.99, quantity: 100 },
        { name: 'fox', price: 29.99, quantity: 4 },
      ],
    });
    expect(answer.headers).toMatchObject({
      etag: expect.stringMatching(/^"1\.2-[\w-]{12}"$/),
      'cache-control': 'no-cache',
    });
  });

  it('answers 304 until something changes', async () => {
    const { headers } = await application.inject('/products');
    const ask = () => application.inject({ url: '/products', headers: { 'if-none-match': String(headers.etag) } });

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

  it.each([
    '/products/wolf',
    '/products/Tux',
    '/products/__proto__',
    '/products/%3Ccript%3E',
    '/products/..%2Ftux',
    '/products/-tux',
  ])('answers 404 for %s', async (url) => {
    const answer = await application.inject(url);

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ type: 'urn:toystore:problem:unknown-product', error: { code: 404 } });
  });
});

describe('GET /products/:name while the lease of the catalog is in force', () => {
  const ask = (name: string, headers: Record<string, string> = {}) =>
    application.inject({ url: `/products/${name}`, headers });

  beforeEach(() => holdLease(application.get(CoherentCache), { epoch: catalog.epoch }));

  it('asks the catalog once, then answers from the cache', async () => {
    const first = await ask('tux');
    const second = await ask('tux');

    expect(first.headers['cache-status']).toBe('frontend; fwd=uri-miss; stored');
    expect(second.headers['cache-status']).toMatch(/^frontend; hit; ttl=\d+$/);
    expect(second.headers).toMatchObject({
      etag: first.headers.etag,
      age: '0',
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(second.json()).toEqual({ data: { name: 'tux', price: 25.99, quantity: 100 } });
    expect(catalog.questions).toBe(1);
  });

  it('answers 304 to who holds the toy, and HEAD without a body', async () => {
    const { headers } = await ask('tux');
    const notModified = await ask('tux', { 'if-none-match': String(headers.etag) });
    const head = await application.inject({ method: 'HEAD', url: '/products/tux' });

    expect([notModified.statusCode, notModified.body]).toEqual([304, '']);
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', headers.etag]);
    expect(catalog.questions).toBe(1);
  });

  it('asks once for a hundred shoppers who come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask('fox')));

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(catalog.questions).toBe(1);
  });

  it('is the same toy however its name is written, and the same cache for any query', async () => {
    await ask('tux');

    expect((await ask('%74ux?a=1')).headers['cache-status']).toContain('hit');
  });

  it('holds seven toys, and unknown names cost none of them', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const name of names) catalog.set(name, { priceCents: 100, quantity: 1 });
    for (const name of names) await ask(name);
    for (let number = 0; number < 200; number++) await ask(`unknown-${number}`);

    const held = names.slice(1).map((name) => `products/${name}`);
    expect(application.get(CoherentCache).stats().keys).toEqual(held);
    const manager = application.get<Cache>(CACHE_MANAGER, { strict: false });
    expect(await Promise.all(held.map((key) => manager.get(key)))).toEqual(
      names.slice(1).map((name) => ({ data: { name, price: 1, quantity: 1 } })),
    );
  });

  it('shows shoppers their own orders even if no invalidation has come yet', async () => {
    await ask('fox');
    catalog.set('fox', { priceCents: 2999, quantity: 1 });
    const own = `${catalog.epoch};${catalog.sequence}`;

    expect((await ask('fox')).json()).toMatchObject({ data: { quantity: 4 } });
    const after = await ask('fox', { 'min-catalog-seq': own });

    expect(after.json()).toMatchObject({ data: { quantity: 1 } });
    expect(after.headers['cache-status']).toBe('frontend; fwd=request; stored');
    expect((await ask('fox', { 'min-catalog-seq': own })).headers['cache-status']).toContain('; hit;');
  });

  it('may be answered in front of the framework: nothing stands before the route', () => {
    const log = new RequestLog(createJsonLogger({ level: 'silent', worker: 'test' }), 'info');

    expect(() => createHitPath(application.get(CoherentCache), log, application)).not.toThrow();
  });

  it('forgets a toy at the catalog’s DELETE, which only the internal port takes', async () => {
    const internal = await createServiceApp(
      InternalModule.forRoot({ cache: application.get(CoherentCache), auth: 'none' }),
      { kind: 'internal', auth: 'none', logger: createJsonLogger({ level: 'silent', worker: 'test' }) },
    );
    await internal.init();
    await ask('fox');
    catalog.set('fox', { priceCents: 2999, quantity: 3 });
    const url = `/cache/products/fox?epoch=${catalog.epoch}&sequence=${catalog.sequence}`;
    const capability = application.get(CoherentCache).runtime.capability;

    expect((await application.inject({ method: 'DELETE', url })).statusCode).toBe(404);
    expect(
      (await internal.inject({ method: 'DELETE', url, headers: { 'cache-capability': capability } })).statusCode,
    ).toBe(204);

    expect((await ask('fox')).json()).toMatchObject({ data: { quantity: 3 } });
    await internal.close();
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
