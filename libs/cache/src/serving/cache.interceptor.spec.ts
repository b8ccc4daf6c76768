import 'reflect-metadata';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  HttpException,
  Module,
  NotFoundException,
  Param,
  Query,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { createGate, type Gate } from '../testing/gate.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { absent, versioned } from './loaded.js';

/** What the owner says at the moment. */
const owner = {
  reads: 0,
  sequence: 1,
  quantity: 10,
  unknown: new Set<string>(),
  fails: undefined as Error | undefined,
  gate: undefined as Gate<void> | undefined,
  async read(name: string) {
    this.reads += 1;
    const { sequence, quantity, gate } = this;
    await gate?.passed;
    if (this.fails !== undefined) throw this.fails;
    const version = { epoch: 3, sequence };
    return this.unknown.has(name) ? absent(version) : versioned({ data: { name, quantity } }, version);
  },
};

/** A name as the store reads it: decoded, NFC, visible. */
function parseName(raw: string | undefined): string | undefined {
  const name = raw?.normalize('NFC') ?? '';
  return /^[\p{L}\d][\p{L}\d _.'-]{0,63}$/u.test(name) ? name : undefined;
}

@Controller('products')
@UseInterceptors(CacheInterceptor)
class ProductsController {
  @Get(':name')
  @Cached({
    key: ({ name }) => (parseName(name) === undefined ? undefined : `products/${parseName(name)}`),
    notFound: ({ name }) => new NotFoundException(`no ${name}`),
  })
  async product(@Param('name') name: string) {
    const known = parseName(name);
    if (known === undefined) throw new NotFoundException('not a name');
    return owner.read(known);
  }

  @Get(':name/open')
  @Cached({ key: ({ name }) => `products/${name}`, public: true })
  open(@Param('name') name: string) {
    return owner.read(name);
  }

  @Get(':name/in/:currency')
  @Cached({ key: ({ name }, { page }) => `pages/${name}-${String(page)}` })
  paged(@Param('name') name: string, @Query('page') page: string) {
    return owner.read(`${name}-${page}`);
  }

  @Get()
  plain() {
    return { data: [] };
  }
}

describe('CacheInterceptor on Fastify', () => {
  let app: NestFastifyApplication;
  let cache: CoherentCache;
  let scheduler: ManualScheduler;

  beforeEach(async () => {
    Object.assign(owner, {
      reads: 0,
      sequence: 1,
      quantity: 10,
      unknown: new Set(),
      fails: undefined,
      gate: undefined,
    });
    scheduler = new ManualScheduler();

    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'frontend', scheduler, epoch: 3 })],
      controllers: [ProductsController],
    })
    class AppModule {}

    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    cache = app.get(CoherentCache);
  });

  afterEach(() => app.close());

  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

  it('names version and contents in a strong ETag, and tells age and status', async () => {
    const miss = await get('/products/tux');
    await scheduler.advance(2_500);
    const hit = await get('/products/tux');

    expect(miss.headers).toMatchObject({
      etag: '"3.1-yvS8OrNf2Z3o"',
      'cache-status': 'frontend; fwd=uri-miss; stored',
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'content-length': '37',
    });
    expect(miss.headers['age']).toBeUndefined();
    expect(hit.headers).toMatchObject({
      etag: '"3.1-yvS8OrNf2Z3o"',
      age: '2',
      'cache-status': 'frontend; hit; ttl=57',
    });
    expect(hit.json()).toEqual({ data: { name: 'tux', quantity: 10 } });
    expect(hit.rawPayload).toEqual(miss.rawPayload);
  });

  it.each([
    { ifNoneMatch: '"3.1-yvS8OrNf2Z3o"', status: 304 },
    { ifNoneMatch: 'W/"3.1-yvS8OrNf2Z3o"', status: 304 },
    { ifNoneMatch: '"1.1", "3.1-yvS8OrNf2Z3o"', status: 304 },
    { ifNoneMatch: '*', status: 304 },
    { ifNoneMatch: '"3.10-yvS8OrNf2Z3o"', status: 200 },
    { ifNoneMatch: '3.1-yvS8OrNf2Z3o', status: 200 },
  ])('answers If-None-Match: $ifNoneMatch with $status', async ({ ifNoneMatch, status }) => {
    await get('/products/tux');

    const answer = await get('/products/tux', { 'if-none-match': ifNoneMatch });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['etag']).toBe('"3.1-yvS8OrNf2Z3o"');
    expect(answer.rawPayload.length).toBe(status === 304 ? 0 : 37);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    await get('/products/tux');

    const head = await app.inject({ method: 'HEAD', url: '/products/tux' });

    expect(head.statusCode).toBe(200);
    expect(head.headers).toMatchObject({
      etag: '"3.1-yvS8OrNf2Z3o"',
      'content-length': '37',
      'cache-status': expect.stringContaining('; hit;'),
    });
    expect(head.rawPayload.length).toBe(0);
  });

  it('fetches anew when the time of an entry is over', async () => {
    await get('/products/tux');
    await scheduler.advance(60_000);

    expect((await get('/products/tux')).headers['cache-status']).toBe('frontend; fwd=stale; stored');
    expect(owner.reads).toBe(2);
  });

  it('gives 100 concurrent requests for a cold key one call of the handler', async () => {
    owner.gate = createGate();
    const answers = Array.from({ length: 100 }, () => get('/products/tux'));
    while (cache.stats().collapsed < 99) await new Promise((resolve) => setImmediate(resolve));

    owner.gate.open();

    const statuses = (await Promise.all(answers)).map(({ headers }) => headers['cache-status']);
    expect(owner.reads).toBe(1);
    expect(statuses.filter((status) => status === 'frontend; fwd=uri-miss; collapsed')).toHaveLength(99);
  });

  it('gives all waiters the error of the load, caches nothing, and fetches anew for the next request', async () => {
    owner.gate = createGate();
    owner.fails = new HttpException('the catalog does not answer', 502);
    const answers = Array.from({ length: 100 }, () => get('/products/tux'));
    while (cache.stats().collapsed < 99) await new Promise((resolve) => setImmediate(resolve));
    owner.gate.open();
    expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: 100 }, () => 502),
    );

    Object.assign(owner, { fails: undefined, gate: undefined });

    expect((await get('/products/tux')).statusCode).toBe(200);
    expect(owner.reads).toBe(2);
  });

  it('holds seven entries and lets the least recently used one go', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await get(`/products/${name}`);
    await get('/products/a');
    await get('/products/h');

    expect(cache.stats().keys).toEqual(['c', 'd', 'e', 'f', 'g', 'a', 'h'].map((name) => `products/${name}`));
  });

  it('answers 12 concurrent cold keys all with 200 and never holds more than seven', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `cold${index}`);

    const answers = await Promise.all(names.map((name) => get(`/products/${name}`)));

    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect(cache.stats().keys).toHaveLength(7);
  });

  it.each(['/products/t%75x', '/products/tux?a=1', '/products/tux?', '/products/%74%75%78?__proto__=1'])(
    'knows %s as the same product, also for the DELETE',
    async (alias) => {
      await get('/products/tux');
      expect((await get(alias)).headers['cache-status']).toContain('; hit;');

      cache.invalidate('products/tux', { epoch: 3, sequence: 2 });
      Object.assign(owner, { sequence: 2, quantity: 9 });

      expect((await get(alias)).json()).toEqual({ data: { name: 'tux', quantity: 9 } });
    },
  );

  it('knows the composed and the decomposed spelling as one product, and letter case as two', async () => {
    await get(`/products/${encodeURIComponent('é')}`);

    expect((await get(`/products/${encodeURIComponent('é')}`)).headers['cache-status']).toContain('; hit;');
    expect((await get(`/products/${encodeURIComponent('É')}`)).headers['cache-status']).toContain('fwd=uri-miss');
  });

  it('keeps a query parameter that the key names apart', async () => {
    await get('/products/tux/in/eur?page=1&x=2');

    expect((await get('/products/tux/in/eur?x=3&page=1')).headers['cache-status']).toContain('; hit;');
    expect((await get('/products/tux/in/eur?page=2')).headers['cache-status']).toContain('fwd=uri-miss');
  });

  it('caches 404s apart, bounded, so that 10 000 unknown names leave the products alone', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await get(`/products/${name}`);
    owner.unknown = new Set(['owl']);
    await get('/products/owl');
    for (let index = 0; index < 10_000; index += 1)
      await cache.fetch(`products/unknown${index}`, async () => ({ absent: true, epoch: 3, sequence: 1 }));

    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      expect((await get(`/products/${name}`)).headers['cache-status']).toContain('; hit;');
    expect(cache.stats().negativeEntries).toBe(64);
  });

  it('answers a remembered 404 without asking, until the product is created or the time is over', async () => {
    owner.unknown = new Set(['owl']);
    const first = await get('/products/owl');
    await scheduler.advance(2_500);
    const second = await get('/products/owl');
    expect([first.headers['age'], second.headers['age']]).toEqual([undefined, '2']);
    expect([first.statusCode, second.statusCode, owner.reads]).toEqual([404, 404, 1]);
    expect(second.headers['cache-status']).toBe('frontend; hit; ttl=2; detail=absent');
    expect(second.json()).toMatchObject({ message: 'no owl' });

    Object.assign(owner, { unknown: new Set(), sequence: 2 });
    cache.invalidate('products/owl', { epoch: 3, sequence: 2 });

    expect((await get('/products/owl')).statusCode).toBe(200);
  });

  it('never caches what the handler throws for a name it refuses', async () => {
    expect((await get('/products/%00')).statusCode).toBe(404);
    expect((await get('/products/%00')).headers['cache-status']).toBe('frontend; fwd=bypass');
    expect(cache.stats()).toMatchObject({ negativeEntries: 0, keys: [] });
  });

  it('goes past the cache for a request with Authorization, unless the route is public', async () => {
    await get('/products/tux');

    const bypassed = await get('/products/tux', { authorization: 'Bearer x' });
    const open = await get('/products/tux/open', { authorization: 'Bearer x' });

    expect(bypassed.headers['cache-status']).toBe('frontend; fwd=bypass; detail=authorization');
    expect(bypassed.json()).toEqual({ data: { name: 'tux', quantity: 10 } });
    expect(bypassed.headers['etag']).toBeUndefined();
    expect(open.headers['cache-status']).toContain('; hit;');
  });

  it('leaves routes without @Cached alone', async () => {
    expect((await get('/products')).headers['cache-status']).toBeUndefined();
  });

  it('passes everything through without a lease, sharing only loads that have not started', async () => {
    await get('/products/tux');
    cache.runtime.state.lease = { kind: 'none' };
    owner.gate = createGate();

    const answers = Array.from({ length: 10 }, () => get('/products/tux'));
    while (cache.stats().passes < 10) await new Promise((resolve) => setImmediate(resolve));
    owner.gate.open();

    const statuses = (await Promise.all(answers)).map(({ headers }) => headers['cache-status']);
    expect(owner.reads).toBe(3);
    expect(statuses.slice(0, 3)).toEqual([
      'frontend; fwd=stale; detail=lease',
      'frontend; fwd=stale; detail=lease',
      'frontend; fwd=stale; collapsed; detail=lease',
    ]);
  });

  it('answers 503 when too many loads are under way, and 504 when one takes too long', async () => {
    owner.gate = createGate();
    const waiting = get('/products/slow');
    while (cache.stats().fillsInFlight < 1) await new Promise((resolve) => setImmediate(resolve));
    cache.runtime.state.fillsInFlight = 1_024;

    const refused = await get('/products/tux');
    cache.runtime.state.fillsInFlight = 1;
    await scheduler.advance(5_000);

    expect(refused.statusCode).toBe(503);
    expect((await waiting).statusCode).toBe(504);
    owner.gate.open();
    while (cache.stats().fillsInFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('runs no more handlers than loads are allowed while an owner hangs, given up or not, and says so', async () => {
    const fillsInFlightMax = 1_024;
    cache.runtime.state.fillsInFlight = fillsInFlightMax - 2;
    owner.gate = createGate();
    const hanging = [get('/products/a'), get('/products/b')];
    while (owner.reads < 2) await new Promise((resolve) => setImmediate(resolve));
    await scheduler.advance(5_000);
    expect((await Promise.all(hanging)).map(({ statusCode }) => statusCode)).toEqual([504, 504]);

    const refused = await get('/products/c');

    expect([refused.statusCode, owner.reads]).toEqual([503, 2]);
    expect(refused.json().detail).toContain('2 of them given up (fillTimeoutMs) and not ended yet');
    owner.gate.open();
    while (cache.stats().fillsInFlight > fillsInFlightMax - 2) await new Promise((resolve) => setImmediate(resolve));
    expect((await get('/products/c')).statusCode).toBe(200);
  });
});
