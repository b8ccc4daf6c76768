import 'reflect-metadata';

import { readFile } from 'node:fs/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Headers, HttpException, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import {
  cacheGroup,
  CacheInterceptor,
  Cached,
  CoherentCache,
  formatMinimumVersion,
  versioned,
  type CachePublisher,
  type EvictionPolicy,
  type LeaseRecord,
} from './index.js';
import { createPublisherInMemory } from './testing/callers-in-memory.js';
import { CoherentCacheTestingModule } from './testing/coherent-cache-testing.module.js';
import { describeSlots } from './testing/slots/describe-slots.js';
import { ManualScheduler, settled } from './testing/manual-scheduler.js';
import { LruSlots } from './core/slots/lru-slots.js';

/** Stands for the service that owns the data: one version for all of it. */
@Injectable()
class Catalog {
  sequence = 1;
  price = 10;
  reads = 0;
  isAway = false;

  async read(name: string) {
    this.reads += 1;
    if (this.isAway) throw new HttpException('away', 503);
    return { name, price: this.price, shelf: 'plush', version: { epoch: 1, sequence: this.sequence } };
  }

  async recommend(name: string) {
    return { names: [name], version: { epoch: 1, sequence: this.sequence } };
  }
}

/** Stands for the log of that service. */
class Log {
  private readonly entries = new Map<string, number>();
  epoch = 1;

  latest(name: string): number | undefined {
    return this.entries.get(name);
  }

  async append(name: string, value: number): Promise<void> {
    this.entries.set(name, value);
  }
}

const isProductName = (name: string | undefined) => name !== undefined && /^[a-z]{1,32}$/.test(name);

@Controller()
@UseInterceptors(CacheInterceptor)
class ExamplesController {
  constructor(private readonly catalog: Catalog) {}

  // example: groups
  @Get('products/:name')
  @Cached({
    key: ({ name }) => (isProductName(name) ? `products/${name}` : undefined),
    groups: ['prices'], // known from the route
  })
  async product(@Param('name') name: string) {
    const { shelf, version, ...product } = await this.catalog.read(name);
    return versioned({ data: product }, version, { groups: [`shelf-${shelf}`] }); // known from the value
  }
  // end

  // example: stale
  @Get('descriptions/:name')
  @Cached({
    key: ({ name }) => (isProductName(name) ? `descriptions/${name}` : undefined),
    ttlMs: 10_000, // fresh
    staleWhileRevalidateMs: 30_000, // then answered at once, and loaded anew meanwhile
    staleIfErrorMs: 3_600_000, // or answered when that fails with a 5xx
  })
  async description(@Param('name') name: string) {
    const { version, ...product } = await this.catalog.read(name);
    return versioned({ data: product }, version);
  }
  // end

  // example: private
  @Get('recommendations/:name')
  @Cached({
    key: ({ name }) => (isProductName(name) ? `recommendations/${name}` : undefined),
    scope: 'private',
    user: (request) => request.headers['x-user']?.toString(), // guards have run: take what they found out
    vary: ['accept-language'],
  })
  async recommendations(@Param('name') name: string, @Headers('x-user') user: string) {
    const { names, version } = await this.catalog.recommend(name);
    return versioned({ data: names, for: user }, version);
  }
  // end
}

// example: groups-owner
async function raisePrices(publisher: CachePublisher, catalog: Catalog) {
  const { version } = await publisher.mutate([cacheGroup('prices'), 'products/tux'], async () => {
    catalog.price += 1; // committed and visible to readers before this returns
    return { sequence: ++catalog.sequence, result: undefined };
  });
  return formatMinimumVersion(version); // for the answer to whoever raised them
}
// end

// example: lease-record
const leaseRecordIn = (log: Log): LeaseRecord => ({
  read: () => log.latest('longest-lease'),
  write: (longestLeaseMs) => log.append('longest-lease', longestLeaseMs), // durable when it resolves
});

async function open(publisher: CachePublisher, log: Log) {
  const isFirstStart = log.latest('longest-lease') === undefined; // no life before it ran without a record
  await publisher.openRecorded(log.epoch, leaseRecordIn(log), isFirstStart ? { unrecordedMs: 0 } : {});
}
// end

// example: eviction
class BiggestFirstSlots<K, V> extends LruSlots<K, V> {
  override set(key: K, value: V) {
    if (this.size < this.capacity || this.capacity === 0 || this.peek(key) !== undefined) return super.set(key, value);
    const sizeOf = (held: V) => JSON.stringify(held).length;
    const [first, ...others] = [...this.entries()];
    if (first === undefined) return super.set(key, value);
    const [biggest, evicted] = others.reduce((a, b) => (sizeOf(b[1]) > sizeOf(a[1]) ? b : a), first);
    this.delete(biggest);
    super.set(key, value);
    return { key: biggest, value: evicted };
  }
}

const biggestFirst: EvictionPolicy = (capacity) => new BiggestFirstSlots(capacity);
// end

describeSlots('biggestFirst', biggestFirst, { describe, it });

describe('the examples of the README', () => {
  let app: NestFastifyApplication;
  let cache: CoherentCache;
  let catalog: Catalog;
  let scheduler: ManualScheduler;

  beforeEach(async () => {
    scheduler = new ManualScheduler();

    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'shop', scheduler, eviction: biggestFirst, capacity: 2 })],
      controllers: [ExamplesController],
      providers: [Catalog],
    })
    class AppModule {}

    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    cache = app.get(CoherentCache);
    catalog = app.get(Catalog);
  });

  afterEach(() => app.close());

  const get = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url, headers });
    return {
      body: answer.json<{ data: { price: number } }>(),
      status: String(answer.headers['cache-status']),
      headers: answer.headers,
    };
  };

  it('are what is run here, word for word', async () => {
    const [readme, spec] = await Promise.all([
      readFile(new URL('../README.md', import.meta.url), 'utf8'),
      readFile(new URL('readme.spec.ts', import.meta.url), 'utf8'),
    ]);
    const squeeze = (code: string) => code.replaceAll(/\s+/g, ' ').trim();
    const written = [...readme.matchAll(/<!-- example: ([\w-]+) -->\s*```ts\n([^]*?)```/g)].map(([, name, code]) => [
      name,
      squeeze(code ?? ''),
    ]);
    const run = [...spec.matchAll(/^ *\/\/ example: ([\w-]+)\n([^]*?)^ *\/\/ end$/gm)].map(([, name, code]) => [
      name,
      squeeze(code ?? ''),
    ]);

    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(run));
    expect(written).toHaveLength(6);
  });

  it('groups: one call ends every price, at every route', async () => {
    await get('/products/tux');
    await get('/products/fox');
    // As the publisher does it, without the network in between.
    const publisher = {
      mutate: async (
        keys: readonly [`${string}/${string}`, ...`${string}/${string}`[]],
        fn: () => Promise<{ sequence: number }>,
      ) => {
        const { sequence } = await fn();
        for (const key of keys) cache.invalidate(key, { epoch: 1, sequence });
        return { version: { epoch: 1, sequence } };
      },
    } as unknown as CachePublisher;

    const seen = await raisePrices(publisher, catalog);

    expect(seen).toBe('1;2');
    for (const name of ['tux', 'fox']) expect((await get(`/products/${name}`)).body.data.price).toBe(11);
    cache.invalidate(cacheGroup('shelf-plush'), { epoch: 1, sequence: 3 });
    expect(cache.stats().keys).toEqual([]);
  });

  it('stale: answered at once and loaded anew, or answered because that failed', async () => {
    await get('/descriptions/tux');
    catalog.price = 11;
    catalog.sequence = 2;
    await scheduler.advance(20_000);

    expect(await get('/descriptions/tux')).toMatchObject({
      body: { data: { price: 10 } },
      status: 'shop; hit; ttl=-10',
    });
    await settled();
    expect((await get('/descriptions/tux')).body.data.price).toBe(11);
    catalog.isAway = true;
    await scheduler.advance(60_000);
    expect(await get('/descriptions/tux')).toMatchObject({
      body: { data: { price: 11 } },
      status: 'shop; fwd=stale; ttl=-50; detail=error',
    });
    cache.invalidate('descriptions/tux', { epoch: 1, sequence: 3 });
    expect((await get('/descriptions/tux')).body).toMatchObject({ statusCode: 503 });
  });

  it('private: one entry for each user and language, all ended by the key', async () => {
    const ask = (user: string, language: string) =>
      get('/recommendations/tux', { 'x-user': user, 'accept-language': language });
    const first = await ask('ann', 'de');
    expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'accept-language' });
    expect((await ask('bob', 'de')).body).toMatchObject({ for: 'bob' });
    expect((await ask('ann', 'en')).status).toContain('fwd=uri-miss');
    expect((await ask('ann', 'de')).status).toContain('; hit;');

    cache.invalidate('recommendations/tux', { epoch: 1, sequence: 2 });

    expect(cache.stats().privateEntries).toBe(0);
  });

  it('lease-record: a life with a shorter lease waits for the longer ones before it', async () => {
    const log = new Log();
    const nobody = () => {
      throw new Error('nobody has subscribed');
    };
    const ports = { scheduler, callerOf: nobody };
    await open(createPublisherInMemory({ leaseMs: 10_000 }, ports).publisher, log);
    log.epoch = 2;
    const { publisher } = createPublisherInMemory({ leaseMs: 2_000 }, ports);

    await open(publisher, log);
    const sale = publisher.mutate('products/tux', () => ({ sequence: 1, result: undefined }));
    await settled();
    await scheduler.advance(10_000);

    expect((await sale).waitedMs).toBe(10_000);
    expect(log.latest('longest-lease')).toBe(2_000);
  });

  it('eviction: the biggest goes first', async () => {
    await get('/products/a');
    await get(`/products/${'b'.repeat(30)}`);
    await get('/products/c');

    expect(cache.stats().keys).toEqual(['products/a', 'products/c']);
  });
});
