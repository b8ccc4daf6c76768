import 'reflect-metadata';

import { createHmac, timingSafeEqual } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import {
  absent,
  cacheGroup,
  CacheInterceptor,
  CacheInvalidationModule,
  Cached,
  CachePublisher,
  CachePublisherModule,
  CoherentCache,
  CoherentCacheModule,
  formatMinimumVersion,
  LeaseKeeper,
  versioned,
  type CachePublisherOptions,
  type CallAuthenticator,
  type IncomingCall,
  type OutgoingCall,
} from './index.js';
import { createGate, type Gate } from './testing/gate.js';
import { holdLease } from './testing/hold-lease.js';

const secret = 'only for this test';

/** Method, path, receiver and body under one key: enough to see that every call is signed and verified. */
function authenticator(self: string): CallAuthenticator {
  const mac = (method: string, path: string, receiver: string, body: Uint8Array) =>
    createHmac('sha256', secret).update(`${method} ${path} ${receiver}\n`).update(body).digest('hex');
  return {
    sign: ({ method, path, receiver, body }: OutgoingCall) => ({ 'x-mac': mac(method, path, receiver, body) }),
    verify: ({ method, path, headers, body }: IncomingCall) => {
      const expected = Buffer.from(mac(method, path, self, body));
      const given = Buffer.from(String(headers['x-mac'] ?? ''));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('no valid signature');
    },
  };
}

/** The service that owns the stock: an order takes one, reads give value and version of the same turn. */
class Stock {
  epoch = 1;
  sequence = 0;
  readonly quantities = new Map<string, number>([
    ['tux', 10],
    ['fox', 10],
  ]);
  reads = 0;
  /** The next read gives what it saw only when this opens. */
  holdNextRead: Gate<void> | undefined;

  async read(name: string) {
    this.reads += 1;
    const { epoch, sequence } = this;
    const quantity = this.quantities.get(name);
    const gate = this.holdNextRead;
    this.holdNextRead = undefined;
    await gate?.passed;
    return { name, quantity, epoch, sequence };
  }

  sell(name: string) {
    this.sequence += 1;
    const left = (this.quantities.get(name) ?? 0) - 1;
    this.quantities.set(name, left);
    return { sequence: this.sequence, result: left };
  }
}

@Injectable()
class CatalogReads {
  stock: Stock | undefined;
}

@Controller('products')
@UseInterceptors(CacheInterceptor)
class ProductsController {
  constructor(private readonly catalog: CatalogReads) {}

  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}` })
  async product(@Param('name') name: string) {
    const { quantity, epoch, sequence } = await (this.catalog.stock as Stock).read(name);
    const groups = name.includes('x') ? ['toys with an x'] : [];
    return quantity === undefined
      ? absent({ epoch, sequence })
      : versioned({ data: { name, quantity } }, { epoch, sequence }, { groups });
  }
}

interface Owner {
  readonly stock: Stock;
  readonly publisher: CachePublisher;
  readonly url: string;
  close(): Promise<void>;
}

interface Frontend {
  readonly cache: CoherentCache;
  readonly lease: LeaseKeeper;
  readonly internalUrl: string;
  get(
    name: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; quantity: number | undefined; cacheStatus: string }>;
  /** No DELETE reaches it any more; its own calls still go out. */
  goDeaf(): Promise<void>;
  close(): Promise<void>;
}

const running: { close(): Promise<void> }[] = [];

async function listening(app: NestFastifyApplication, port = 0): Promise<string> {
  await app.listen(port, '127.0.0.1');
  return app.getUrl();
}

async function startOwner(stock: Stock, options: Partial<CachePublisherOptions> = {}, port = 0): Promise<Owner> {
  @Module({
    imports: [
      CachePublisherModule.forRoot({
        auth: authenticator('catalog'),
        leaseMs: 60_000,
        heartbeatMs: 100,
        metrics: false,
        ...options,
      }),
    ],
  })
  class OwnerModule {}

  const app = await NestFactory.create<NestFastifyApplication>(OwnerModule, new FastifyAdapter(), {
    logger: false,
    rawBody: true,
  });
  const owner = {
    stock,
    publisher: app.get(CachePublisher),
    url: await listening(app, port),
    close: () => app.close(),
  };
  running.push(owner);
  return owner;
}

async function startFrontend(owner: Owner, id: string): Promise<Frontend> {
  let internalUrl = '';

  @Module({
    imports: [
      CoherentCacheModule.forRoot({
        name: 'frontend',
        subscriberId: id,
        origin: { url: owner.url, receiver: 'catalog' },
        callbackUrl: () => internalUrl,
        auth: authenticator(id),
        heartbeatMs: 100,
        metrics: false,
      }),
    ],
    controllers: [ProductsController],
    providers: [CatalogReads],
  })
  class PublicModule {}

  const app = await NestFactory.create<NestFastifyApplication>(PublicModule, new FastifyAdapter(), { logger: false });
  const cache = app.get(CoherentCache);

  @Module({ imports: [CacheInvalidationModule.forRoot({ cache, auth: authenticator(id) })] })
  class InternalModule {}

  const internal = await NestFactory.create<NestFastifyApplication>(InternalModule, new FastifyAdapter(), {
    logger: false,
    rawBody: true,
  });
  internalUrl = await listening(internal);
  app.get(CatalogReads).stock = owner.stock;
  const url = await listening(app);
  const frontend: Frontend = {
    cache,
    lease: app.get(LeaseKeeper),
    internalUrl,
    async get(name, headers = {}) {
      const answer = await fetch(`${url}/products/${name}`, { headers });
      const body = (await answer.json()) as { data?: { quantity: number } };
      return {
        status: answer.status,
        quantity: body.data?.quantity,
        cacheStatus: answer.headers.get('cache-status') ?? '',
      };
    },
    goDeaf: () => internal.close(),
    async close() {
      await app.close();
      await internal.close();
    },
  };
  running.push(frontend);
  return frontend;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function withLease(...frontends: Frontend[]): Promise<void> {
  for (const { cache } of frontends) await until(() => cache.stats().leaseInForce, 'a lease');
}

describe('owner and frontends over HTTP', () => {
  let owner: Owner;

  beforeEach(async () => {
    owner = await startOwner(new Stock());
    owner.publisher.open(1, { graceMs: 0 });
  });

  afterEach(async () => {
    for (const part of running.splice(0).reverse()) await part.close();
  });

  it('serves the second request from the cache, and the sale to every frontend before the order is acknowledged', async () => {
    const frontends = await Promise.all([startFrontend(owner, 'frontend-1'), startFrontend(owner, 'frontend-2')]);
    await withLease(...frontends);
    for (const frontend of frontends)
      expect(await frontend.get('tux')).toMatchObject({ quantity: 10, cacheStatus: 'frontend; fwd=uri-miss; stored' });
    for (const frontend of frontends)
      expect(await frontend.get('tux')).toMatchObject({
        quantity: 10,
        cacheStatus: expect.stringMatching(/^frontend; hit; ttl=\d+$/),
      });

    const { result, waitedMs } = await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));

    expect(result).toBe(9);
    expect(waitedMs).toBeGreaterThanOrEqual(0);
    for (const frontend of frontends)
      expect(await frontend.get('tux')).toMatchObject({ quantity: 9, cacheStatus: 'frontend; fwd=uri-miss; stored' });
  });

  it('race A: a fill that a DELETE overtakes stores nothing old, and its reader gets the new value', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    const gate = createGate();
    owner.stock.holdNextRead = gate;
    const early = frontend.get('tux');
    await until(() => owner.stock.reads === 1, 'the fill has read the old value');

    await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));
    gate.open();

    expect((await early).quantity).toBe(9);
    expect(await frontend.get('tux')).toMatchObject({ quantity: 9, cacheStatus: expect.stringContaining('; hit;') });
    expect(frontend.cache.stats().staleFillsPrevented).toBe(1);
  });

  it('race B: a reader who arrives after the acknowledgement does not join the flight from before it', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    const gate = createGate();
    owner.stock.holdNextRead = gate;
    const early = frontend.get('tux');
    await until(() => owner.stock.reads === 1, 'the fill has read the old value');
    await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));

    const late = await frontend.get('tux');

    expect(late).toMatchObject({ quantity: 9, cacheStatus: 'frontend; fwd=uri-miss; stored' });
    expect(owner.stock.reads).toBe(2);
    expect(frontend.cache.stats().lateJoinsPrevented).toBe(1);
    gate.open();
    await early;
  });

  it('makes one request of 100 concurrent ones for a cold key', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    const gate = createGate();
    owner.stock.holdNextRead = gate;
    const answers = Array.from({ length: 100 }, () => frontend.get('fox'));
    await until(() => frontend.cache.stats().collapsed === 99, '99 have joined');

    gate.open();

    expect((await Promise.all(answers)).every(({ status, quantity }) => status === 200 && quantity === 10)).toBe(true);
    expect(owner.stock.reads).toBe(1);
  });

  it('sends one DELETE for the sales of one product in one tick, with the highest sequence', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    const before = frontend.cache.stats().invalidations;

    await Promise.all(
      Array.from({ length: 20 }, () => owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'))),
    );

    expect(frontend.cache.stats().invalidations - before).toBe(1);
    expect(frontend.cache.explain('products/tux').floor).toEqual({ epoch: 1, sequence: 20 });
  });

  it('caches that there is no such product until it is created and announced', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    expect((await frontend.get('owl')).status).toBe(404);
    expect(await frontend.get('owl')).toMatchObject({
      status: 404,
      cacheStatus: expect.stringMatching(/; hit; ttl=\d; detail=absent$/),
    });

    await owner.publisher.mutate('products/owl', () => {
      owner.stock.quantities.set('owl', 4);
      return owner.stock.sell('owl');
    });

    expect(await frontend.get('owl')).toMatchObject({ status: 200, quantity: 3 });
  });

  it('does not wait for a frontend that has left', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.close();

    const { waitedMs } = await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));

    expect(waitedMs).toBeLessThan(30_000);
    expect(owner.publisher.stats().subscribers).toBe(0);
  });

  it('tells every frontend that a group has changed, in one call', async () => {
    const frontends = await Promise.all([startFrontend(owner, 'frontend-1'), startFrontend(owner, 'frontend-2')]);
    await withLease(...frontends);
    for (const frontend of frontends) for (const name of ['tux', 'fox']) await frontend.get(name);

    const { version } = await owner.publisher.mutate(cacheGroup('toys with an x'), () => {
      owner.stock.sell('fox');
      return owner.stock.sell('tux');
    });

    expect(version).toEqual({ epoch: 1, sequence: 2 });
    for (const frontend of frontends)
      for (const name of ['tux', 'fox']) expect(await frontend.get(name)).toMatchObject({ quantity: 9 });
  });

  it('sells without waiting in the background mode, and still shows buyers what they bought', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.get('tux');
    // Nothing tells this frontend of the sale: neither a DELETE nor the answer to a heartbeat.
    await frontend.goDeaf();
    await frontend.lease.stop();
    holdLease(frontend.cache);
    await frontend.get('tux');

    const { version, waitedMs } = await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'), {
      mode: 'background',
    });

    expect(waitedMs).toBe(0);
    expect(await frontend.get('tux')).toMatchObject({ quantity: 10, cacheStatus: expect.stringContaining('; hit;') });
    const own = { 'min-version': formatMinimumVersion(version) };
    expect(await frontend.get('tux', own)).toMatchObject({ quantity: 9, cacheStatus: 'frontend; fwd=request; stored' });
    expect(await frontend.get('tux')).toMatchObject({ quantity: 9, cacheStatus: expect.stringContaining('; hit;') });
  });

  it('explains over the internal port why a request would be answered as it would be, to whoever signs', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.get('tux');
    const { sign } = authenticator('anybody');
    const explain = async (
      path: string,
      headers = sign({ method: 'GET', path, receiver: 'frontend-1', body: new Uint8Array(0) }),
    ) => {
      const answer = await fetch(frontend.internalUrl + path, { headers });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };

    expect(await explain('/cache/explain/products/tux')).toMatchObject({
      status: 200,
      body: {
        key: 'products/tux',
        wouldServe: 'hit',
        held: 'value',
        version: { epoch: 1, sequence: 0 },
        because: expect.stringMatching(/fresh/),
        pastRequests: [{ outcome: 'miss', reason: 'not-held', count: 1, lastAgoMs: expect.any(Number) }],
      },
    });
    expect(await explain('/cache/explain/products/tux?epoch=1&sequence=9')).toMatchObject({
      body: { wouldServe: 'load', because: expect.stringMatching(/older than version 1\.9/) },
    });
    expect(await explain('/cache/explain/products/owl')).toMatchObject({
      body: { wouldServe: 'load', held: 'nothing' },
    });
    expect(await explain('/cache/explain/groups/plush')).toMatchObject({ status: 400 });
    expect(await explain('/cache/explain/products/tux', {})).toMatchObject({ status: 401 });
  });

  it('refuses a DELETE that nobody signed, and one for another receiver, and leaves the entry alone', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.get('tux');
    const path = '/cache/products/tux?epoch=1&sequence=99';
    const forOther = authenticator('other').sign({
      method: 'DELETE',
      path,
      receiver: 'frontend-2',
      body: new Uint8Array(),
    });

    const unsigned = await fetch(frontend.internalUrl + path, { method: 'DELETE' });
    const misdirected = await fetch(frontend.internalUrl + path, { method: 'DELETE', headers: forOther });

    expect([unsigned.status, misdirected.status]).toEqual([401, 401]);
    expect(unsigned.headers.get('content-type')).toContain('application/problem+json');
    expect((await frontend.get('tux')).cacheStatus).toContain('; hit;');
  });

  it('answers a late DELETE with 204 and keeps the newer entry', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    for (let sale = 0; sale < 3; sale += 1) await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));
    await frontend.get('tux');
    const path = '/cache/products/tux?epoch=1&sequence=2';
    const headers = authenticator('catalog').sign({
      method: 'DELETE',
      path,
      receiver: 'frontend-1',
      body: new Uint8Array(),
    });

    const late = await fetch(frontend.internalUrl + path, { method: 'DELETE', headers });

    expect([late.status, late.headers.get('cache-applied')]).toEqual([204, 'unchanged']);
    expect(await frontend.get('tux')).toMatchObject({ quantity: 7, cacheStatus: expect.stringContaining('; hit;') });
  });

  it('starts empty with an owner that has restarted, and that owner acknowledges nothing within its grace', async () => {
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.get('tux');
    const port = Number(new URL(owner.url).port);
    await owner.close();
    running.splice(running.indexOf(owner), 1);
    const { stock } = owner;
    stock.epoch = 2;

    const restarted = await startOwner(stock, {}, port);
    const openedAt = performance.now();
    restarted.publisher.open(2, { graceMs: 300 });
    await restarted.publisher.mutate('products/tux', () => stock.sell('tux'));

    expect(performance.now() - openedAt).toBeGreaterThanOrEqual(300);
    await until(() => frontend.cache.stats().epoch === 2, 'registered with the new life');
    expect(await frontend.get('tux')).toMatchObject({ quantity: 9, cacheStatus: 'frontend; fwd=uri-miss; stored' });
  });
});

describe('an owner that cannot reach a frontend', () => {
  afterEach(async () => {
    for (const part of running.splice(0).reverse()) await part.close();
  });

  it('tells it in the answer to its heartbeat, and counts the next heartbeat as the acknowledgement', async () => {
    const owner = await startOwner(new Stock(), { deliveryTimeoutMs: 50 });
    owner.publisher.open(1, { graceMs: 0 });
    const frontend = await startFrontend(owner, 'frontend-1');
    await withLease(frontend);
    await frontend.get('tux');
    await frontend.goDeaf();

    await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));

    expect((await frontend.get('tux')).quantity).toBe(9);
    expect(frontend.cache.stats().sessionVoids).toBe(0);
  });

  it('acknowledges when the lease has ended if the frontend is gone altogether', async () => {
    const owner = await startOwner(new Stock(), { leaseMs: 1_000, renewGuardMs: 100, deliveryTimeoutMs: 50 });
    owner.publisher.open(1, { graceMs: 0 });
    const session = `${'0'.repeat(32)}.1`;
    const send = async (method: string, path: string, message: object) => {
      const body = JSON.stringify(message);
      const mac = authenticator('catalog').sign({ method, path, receiver: 'catalog', body: Buffer.from(body) });
      const headers = { ...mac, 'content-type': 'application/json' };
      const answer = await fetch(owner.url + path, { method, headers, body });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const registered = await send('POST', '/subscribers', {
      id: 'frontend-9',
      session,
      callbackUrl: 'http://127.0.0.1:1',
    });
    expect(registered).toEqual({ status: 201, body: { epoch: 1, grant: 1, heartbeatMs: 100 } });
    const leasedAt = performance.now();
    const beat = { session, epoch: 1, grant: 1, acknowledged: [] };
    expect(await send('PUT', '/subscribers/frontend-9/heartbeat', beat)).toMatchObject({ status: 200 });

    await owner.publisher.mutate('products/tux', () => owner.stock.sell('tux'));

    expect(performance.now() - leasedAt).toBeGreaterThanOrEqual(1_000);
    expect(owner.publisher.stats().subscribers).toBe(0);
  });
});
