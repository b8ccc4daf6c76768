import 'reflect-metadata';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  UseInterceptors,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { versioned } from './loaded.js';

type Fastify = ReturnType<ReturnType<NestFastifyApplication['getHttpAdapter']>['getInstance']>;

@Controller('products')
@UseInterceptors(CacheInterceptor)
class ProductsController {
  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}` })
  product(@Param('name') name: string) {
    return versioned({ name, quantity: 10 }, { epoch: 1, sequence: 4 });
  }
}

@Injectable()
class LateHook implements OnApplicationBootstrap {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<Fastify>();
    fastify.addHook('preHandler', async (_request, reply) => void reply.header('x-hook', 'ran'));
  }
}

describe('hits beside hooks of Fastify', () => {
  const running: NestFastifyApplication[] = [];
  const intercepted = jest.spyOn(CacheInterceptor.prototype, 'intercept');

  async function start({
    prepare = () => {},
    providers = [],
  }: {
    prepare?: (fastify: Fastify) => void;
    providers?: Provider[];
  }) {
    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'frontend', scheduler: new ManualScheduler() })],
      controllers: [ProductsController],
      providers,
    })
    class AppModule {}

    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    running.push(app);
    prepare(app.getHttpAdapter().getInstance());
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return { get: (url: string) => app.inject({ method: 'GET', url }) };
  }

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    intercepted.mockClear();
  });

  it.each<{ what: string; header?: string; add: (fastify: Fastify) => void }>([
    {
      what: 'an onSend hook',
      header: 'ran',
      add: (fastify) => fastify.addHook('onSend', async (_request, reply) => void reply.header('x-hook', 'ran')),
    },
    {
      what: 'a preSerialization hook',
      header: 'ran',
      add: (fastify) =>
        fastify.addHook('preSerialization', async (_request, reply, body) => {
          void reply.header('x-hook', 'ran');
          return body;
        }),
    },
    {
      what: 'an onSend hook that a plugin gives the route',
      header: 'ran',
      add: (fastify) =>
        fastify.addHook('onRoute', (route) => {
          route.onSend = async (_request, reply) => void reply.header('x-hook', 'ran');
        }),
    },
    { what: 'a serializer', add: (fastify) => void fastify.setReplySerializer((body) => JSON.stringify(body)) },
  ])('come from the interceptor where Fastify has $what, so that they are as misses are', async ({ add, header }) => {
    const { get } = await start({ prepare: add });
    const miss = await get('/products/tux');

    const hit = await get('/products/tux');

    expect(hit.headers['cache-status']).toContain('; hit;');
    expect([miss.headers['x-hook'], hit.headers['x-hook']]).toEqual([header, header]);
    expect(intercepted).toHaveBeenCalledTimes(2);
  });

  it('come from the interceptor where a preHandler hook was added after theirs, which they would not reach', async () => {
    const { get } = await start({ providers: [LateHook] });
    await get('/products/tux');

    const hit = await get('/products/tux');

    expect([hit.headers['x-hook'], hit.headers['cache-status']]).toEqual(['ran', 'frontend; hit; ttl=60']);
    expect(intercepted).toHaveBeenCalledTimes(2);
  });

  it('stay early beside hooks that run before them and those that see every answer', async () => {
    const responses: string[] = [];
    const { get } = await start({
      prepare: (fastify) => {
        fastify.addHook('preHandler', async (_request, reply) => void reply.header('x-hook', 'ran'));
        fastify.addHook('onResponse', async (request) => void responses.push(request.url));
      },
    });
    await get('/products/tux');

    const hit = await get('/products/tux');

    expect(hit.headers['x-hook']).toBe('ran');
    expect(responses).toEqual(['/products/tux', '/products/tux']);
    expect(intercepted).toHaveBeenCalledTimes(1);
  });
});
