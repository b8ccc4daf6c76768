import 'reflect-metadata';

import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Param, UseGuards, UseInterceptors, type CanActivate, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { versioned } from './loaded.js';

class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

const answered = { byHandler: 0 };

@Controller('products')
@UseInterceptors(CacheInterceptor)
class FastController {
  @Get(':name')
  @RouteConfig({ kept: true })
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    answered.byHandler += 1;
    return versioned({ data: { name, quantity: 10 } }, { epoch: 1, sequence: 4 });
  }

  @Get(':name/slow')
  @Cached({ key: ({ name }) => `products/${name}` })
  slow(@Param('name') name: string) {
    return versioned({ data: { name, quantity: 10 } }, { epoch: 1, sequence: 4 });
  }
}

@Controller('guarded')
class GuardedController {
  @Get(':name')
  @UseGuards(NobodyGuard)
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    return versioned({ name }, { epoch: 1, sequence: 4 });
  }
}

describe('the fast path', () => {
  const running: NestFastifyApplication[] = [];

  async function start(controllers: Type[], options: { fastPath?: boolean; globalGuard?: boolean } = {}) {
    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'frontend', scheduler: new ManualScheduler(), fastPath: options.fastPath ?? true })],
      controllers,
      providers: options.globalGuard === true ? [{ provide: APP_GUARD, useClass: NobodyGuard }] : [],
    })
    class AppModule {}

    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false, abortOnError: false });
    running.push(app);
    const statuses: unknown[] = [];
    app.getHttpAdapter().getInstance().addHook('onRequest', async (_request, reply) => void reply.header('x-request-id', 'r1'));
    app.getHttpAdapter().getInstance().addHook('onResponse', async (_request, reply) => void statuses.push(reply.getHeader('cache-status')));
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });
    return { app, get, statuses, cache: app.get(CoherentCache) };
  }

  afterEach(async () => {
    answered.byHandler = 0;
    for (const app of running.splice(0)) await app.close();
  });

  it('sends what the interceptor sends, and other hooks still see request and answer', async () => {
    const { get, statuses, cache } = await start([FastController]);
    await get('/products/tux');

    const fast = await get('/products/tux');
    const ordinary = await get('/products/tux/slow');

    const { date: _d1, ...fastHeaders } = fast.headers;
    const { date: _d2, ...ordinaryHeaders } = ordinary.headers;
    expect(fastHeaders).toEqual(ordinaryHeaders);
    expect(fastHeaders).toMatchObject({ 'x-request-id': 'r1', etag: '"1.4"', 'cache-status': 'frontend; hit; ttl=60' });
    expect(fast.rawPayload).toEqual(ordinary.rawPayload);
    expect(answered.byHandler).toBe(1);
    expect(statuses).toEqual(['frontend; fwd=uri-miss; stored', 'frontend; hit; ttl=60', 'frontend; hit; ttl=60']);
    expect(cache.stats().hits).toBe(2);
  });

  it('answers 304 to a matching If-None-Match', async () => {
    const { get } = await start([FastController]);
    await get('/products/tux');

    const answer = await get('/products/tux', { 'if-none-match': '"1.4"' });

    expect([answer.statusCode, answer.rawPayload.length, answer.headers['etag']]).toEqual([304, 0, '"1.4"']);
  });

  it('leaves credentials, HEAD and misses to the ordinary way', async () => {
    const { app, get } = await start([FastController]);
    await get('/products/tux');

    const withCredentials = await get('/products/tux', { authorization: 'Bearer x' });
    const head = await app.inject({ method: 'HEAD', url: '/products/tux' });

    expect(withCredentials.headers['cache-status']).toContain('fwd=bypass');
    expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0]);
    expect(answered.byHandler).toBe(2);
  });

  it('serves nothing after an invalidation', async () => {
    const { get, cache } = await start([FastController]);
    await get('/products/tux');

    cache.invalidate('products/tux', { epoch: 1, sequence: 5 });
    await get('/products/tux');

    // Version 4 is below the floor: asked four times, answered uncached.
    expect(answered.byHandler).toBe(5);
    expect(cache.stats()).toMatchObject({ overtaken: 1, keys: [] });
  });

  it('is refused at start for a route with a guard', async () => {
    await expect(start([GuardedController])).rejects.toThrow(/GuardedController\.product is @Cached\(\{ fastPath: true \}\) and has a guard/);
  });

  it('is refused at start when a global guard would be skipped', async () => {
    await expect(start([FastController], { globalGuard: true })).rejects.toThrow(/has a guard/);
  });

  it('can be turned off for the whole module', async () => {
    const { get } = await start([GuardedController, FastController], { fastPath: false });
    await get('/products/tux');

    expect((await get('/products/tux')).headers['cache-status']).toContain('; hit;');
    expect((await get('/guarded/tux')).statusCode).toBe(403);
  });
});
