import 'reflect-metadata';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { cacheKeyLengthMax, type CacheKey } from '../core/cache-key.js';
import { CoherentCacheTestingModule, createTestingCache } from '../testing/coherent-cache-testing.module.js';
import { createGate } from '../testing/gate.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { absent, versioned, type Loaded } from './loaded.js';
import { PastRequests, pastKeysMax } from './past-requests.js';
import { createRawFastPath } from './raw-fast-path.js';

const told = (cache: CoherentCache, key: CacheKey) =>
  cache.explain(key).pastRequests.map(({ outcome, reason, count, lastAgoMs }) => [outcome, reason, count, lastAgoMs]);

describe('what became of past requests', () => {
  let past: PastRequests;

  beforeEach(() => {
    past = new PastRequests();
  });

  it('is counted by its reason, the latest first', () => {
    past.note('products/tux', 'authorization', 10);
    for (let at = 20; at < 10_020; at += 1) past.note('products/tux', 'fresh', at);
    past.note('products/fox', 'no-lease', 10_030);

    expect(past.of('products/tux', 10_030)).toEqual([
      {
        outcome: 'hit',
        reason: 'fresh',
        because: 'The entry was fresh and the lease in force.',
        count: 10_000,
        lastAgoMs: 11,
      },
      { outcome: 'bypass', reason: 'authorization', because: expect.any(String), count: 1, lastAgoMs: 10_020 },
    ]);
    expect(past.of('products/owl', 10_030)).toEqual([]);
  });

  it('is kept for so many keys, and forgotten for the one that was asked for least recently', () => {
    for (let number = 0; number < pastKeysMax; number += 1) past.note(`products/p${number}`, 'not-held', number);
    past.note('products/p0', 'fresh', pastKeysMax);

    past.note('products/one-more', 'not-held', pastKeysMax + 1);

    const isKnown = (key: CacheKey): boolean => past.of(key, pastKeysMax + 1).length > 0;
    expect(isKnown('products/p0')).toBe(true);
    expect(isKnown('products/p1')).toBe(false);
    expect(isKnown('products/p2')).toBe(true);
    expect(isKnown('products/one-more')).toBe(true);
  });

  it('is not kept for a key that no entry can have', () => {
    past.note(`products/${'x'.repeat(cacheKeyLengthMax)}`, 'authorization', 1);

    expect(past.of(`products/${'x'.repeat(cacheKeyLengthMax)}`, 1)).toEqual([]);
  });
});

describe('what a cache says about past requests', () => {
  let scheduler: ManualScheduler;
  let cache: CoherentCache;
  const value = (): Promise<Loaded<string>> => Promise.resolve({ value: 'v', epoch: 1, sequence: 1 });

  beforeEach(() => {
    scheduler = new ManualScheduler();
    cache = createTestingCache({ name: 'frontend', scheduler, leaseMs: 10_000, maxTtlMs: 1_000, fillsInFlightMax: 1 });
  });

  it('tells misses, joins and hits apart', async () => {
    const gate = createGate<void>();
    const load = async () => {
      await gate.passed;
      return value();
    };
    const both = [cache.fetch('products/tux', load), cache.fetch('products/tux', load)];
    gate.open();
    await Promise.all(both);
    await scheduler.advance(500);
    await cache.fetch('products/tux', value);
    await scheduler.advance(600);
    await cache.fetch('products/tux', value, { minimum: { epoch: 1, sequence: 1 } });
    await cache.fetch('products/tux', async () => ({ value: 'w', epoch: 1, sequence: 2 }), {
      minimum: { epoch: 1, sequence: 2 },
    });

    const counts = Object.fromEntries(told(cache, 'products/tux').map(([, reason, count]) => [reason, count]));
    expect(counts).toEqual({ 'not-held': 1, joined: 1, fresh: 1, outlived: 1, 'below-minimum': 1 });
    expect(told(cache, 'products/tux').at(-1)?.[3]).toBe(1_100);
  });

  it('tells absences, and old entries that were served', async () => {
    const keep = { ttlMs: 100, staleWhileRevalidateMs: 100, staleIfErrorMs: 1_000 };
    const fails = () => Promise.reject(new Error('down'));
    await cache.fetch('products/owl', async () => ({ absent: true, epoch: 1, sequence: 1 }));
    await cache.fetch('products/owl', value);
    await cache.fetch('products/tux', value, { keep });
    await scheduler.advance(100);
    await cache.fetch('products/tux', fails, { keep });
    await scheduler.advance(200);
    await cache.fetch('products/tux', fails, { keep, mayHide: () => true });

    expect(told(cache, 'products/owl').map(([outcome, reason]) => [outcome, reason])).toEqual(
      expect.arrayContaining([
        ['hit', 'absent'],
        ['miss', 'not-held'],
      ]),
    );
    expect(told(cache, 'products/tux')).toEqual([
      ['hit', 'stale-on-error', 1, 0],
      ['hit', 'stale', 1, 200],
      ['miss', 'not-held', 1, 300],
    ]);
  });

  it('tells loads that an invalidation overtook each time', async () => {
    let sequence = 1;
    await cache.fetch('products/tux', async () => {
      const seen = sequence;
      sequence += 1;
      cache.invalidate('products/tux', { epoch: 1, sequence });
      return { value: 'v', epoch: 1, sequence: seen };
    });

    expect(told(cache, 'products/tux')).toEqual([['miss', 'overtaken', 1, 0]]);
  });

  it('tells what failed and what was too much', async () => {
    const gate = createGate<void>();
    const slow = cache.fetch('products/slow', async () => {
      await gate.passed;
      return value();
    });
    await expect(cache.fetch('products/tux', value)).rejects.toThrow('loads');
    gate.open();
    await slow;
    await scheduler.advance(1);
    await expect(cache.fetch('products/tux', () => Promise.reject(new Error('down')))).rejects.toThrow('down');

    expect(told(cache, 'products/tux')).toEqual([
      ['error', 'failed', 1, 0],
      ['error', 'overloaded', 1, 1],
    ]);
  });

  it('tells requests that went past it because no lease was in force, also after it was emptied', async () => {
    await cache.fetch('products/tux', value);
    await scheduler.advance(10_000);

    await cache.fetch('products/tux', value);

    expect(told(cache, 'products/tux')).toEqual([
      ['bypass', 'no-lease', 1, 0],
      ['miss', 'not-held', 1, 10_000],
    ]);
  });
});

const version = { epoch: 1, sequence: 1 };

@Controller()
@UseInterceptors(CacheInterceptor)
class ToysController {
  @Get('products/:name')
  @Cached({ key: ({ name }) => (name === '!' ? undefined : `products/${name}`) })
  product() {
    return versioned({ data: 'tux' }, version);
  }

  @All('any/:name')
  @Cached({ key: ({ name }) => `any/${name}` })
  any() {
    return absent(version);
  }

  @Get('mine/:name')
  @Cached({
    key: ({ name }) => `mine/${name}`,
    scope: 'private',
    user: (request) => request.headers['x-user']?.toString(),
  })
  mine() {
    return versioned({ data: 'mine' }, version);
  }

  @Get('fast/:name')
  @Cached({ key: ({ name }) => `fast/${name}`, fastPath: true })
  fast() {
    return versioned({ data: 'fast' }, version);
  }
}

describe('what became of requests over HTTP', () => {
  let app: NestFastifyApplication;
  let cache: CoherentCache;

  beforeEach(async () => {
    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'frontend', scheduler: new ManualScheduler() })],
      controllers: [ToysController],
    })
    class AppModule {}
    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    cache = app.get(CoherentCache);
  });

  afterEach(() => app.close());

  const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, headers });
  const counts = (key: CacheKey) => Object.fromEntries(told(cache, key).map(([, reason, count]) => [reason, count]));

  it.each<{ way: string; path: `${string}/tux` }>([
    { way: 'behind the guards', path: 'products/tux' },
    { way: 'in front of the pipeline', path: 'fast/tux' },
  ])('is told of hits $way', async ({ path }) => {
    await ask(`/${path}`);
    await ask(`/${path}`);
    await ask(`/${path}`, { authorization: 'Bearer x' });

    expect(counts(path)).toEqual({ 'not-held': 1, fresh: 1, authorization: 1 });
  });

  it('is told of hits in front of the framework', async () => {
    await ask('/products/tux');
    const answer = createRawFastPath(cache, {
      prefix: '/products/',
      key: (name) => `products/${name}`,
      before: 'unchecked',
    });
    const response = { writeHead: () => response, end: () => response };

    answer({ method: 'GET', url: '/products/tux', headers: {} } as never, response as never);

    expect(counts('products/tux')).toEqual({ 'not-held': 1, fresh: 1 });
  });

  it('is told of other methods', async () => {
    await ask('/any/tux', {}, 'POST');

    expect(counts('any/tux')).toEqual({ method: 1 });
  });

  it('is told of private routes under the key that their variants have in common', async () => {
    await ask('/mine/tux', { 'x-user': 'ann' });
    await ask('/mine/tux', { 'x-user': 'ann' });
    await ask('/mine/tux', { 'x-user': 'bob' });
    await ask('/mine/tux');

    expect(counts('mine/tux')).toEqual({ 'not-held': 2, fresh: 1, user: 1 });
  });

  it('is not told of a name that has no key', async () => {
    await ask('/products/!');

    expect(counts('products/!')).toEqual({});
  });
});
