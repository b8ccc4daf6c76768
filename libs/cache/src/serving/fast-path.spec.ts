import 'reflect-metadata';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Param,
  Scope,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { versioned } from './loaded.js';
import { createRawFastPath } from './raw-fast-path.js';

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
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  @RouteConfig({ kept: true })
  product(@Param('name') name: string) {
    answered.byHandler += 1;
    return versioned({ data: { name, quantity: 10 } }, { epoch: 1, sequence: 4 });
  }

  @Get(':name/worded')
  @Cached({ key: ({ name }) => `worded/${name}`, fastPath: true, vary: ['Accept-Language'] })
  worded(@Param('name') name: string) {
    answered.byHandler += 1;
    return versioned({ data: { name } }, { epoch: 1, sequence: 4 });
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

@Injectable()
class StampInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle();
  }
}

@Controller('stamped')
@UseInterceptors(CacheInterceptor)
class StampedController {
  @Get(':name')
  @UseInterceptors(StampInterceptor)
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    return versioned({ name }, { epoch: 1, sequence: 4 });
  }
}

@Controller('stamped')
@UseInterceptors(CacheInterceptor, new StampInterceptor())
class StampedOutsideController {
  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    return versioned({ name }, { epoch: 1, sequence: 4 });
  }
}

@Controller('bare')
class BareController {
  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    return versioned({ name }, { epoch: 1, sequence: 4 });
  }
}

@Controller('replaced')
@UseInterceptors(CacheInterceptor)
class ReplacedController {
  @Get(':name')
  @RouteConfig({ kept: true })
  @Cached({ key: ({ name }) => `products/${name}`, fastPath: true })
  product(@Param('name') name: string) {
    return versioned({ name }, { epoch: 1, sequence: 4 });
  }
}

/** Each of them has something to do with an answer that is given in front of it. */
const hooks: readonly { readonly what: string; readonly add: (app: NestFastifyApplication) => void }[] = [
  { what: 'onSend sign', add: (app) => fastify(app).addHook('onSend', async function sign() {}) },
  { what: 'preSerialization', add: (app) => fastify(app).addHook('preSerialization', async (_r, _a, body) => body) },
  { what: 'preHandler', add: (app) => fastify(app).addHook('preHandler', async () => {}) },
  { what: 'preValidation', add: (app) => fastify(app).addHook('preValidation', async () => {}) },
  { what: 'preParsing', add: (app) => fastify(app).addHook('preParsing', async () => {}) },
  { what: 'setReplySerializer', add: (app) => void fastify(app).setReplySerializer((body) => JSON.stringify(body)) },
  {
    what: 'onSend',
    add: (app) => fastify(app).addHook('onRoute', (route) => void (route.onSend = async () => undefined)),
  },
  {
    what: 'onSend late',
    add: (app) =>
      void fastify(app).register(
        Object.assign(async (instance: FastifyInstance) => void instance.addHook('onSend', async function late() {}), {
          [Symbol.for('skip-override')]: true,
        }),
      ),
  },
];
type FastifyInstance = ReturnType<typeof fastify>;
function fastify(app: NestFastifyApplication) {
  return app.getHttpAdapter().getInstance();
}

interface StartOptions {
  readonly fastPath?: boolean;
  readonly logDecisions?: boolean;
  readonly globalGuard?: boolean;
  readonly providers?: Provider[];
  readonly prepare?: (app: NestFastifyApplication) => void;
}

describe('the fast path', () => {
  const running: NestFastifyApplication[] = [];

  async function start(controllers: Type[], options: StartOptions = {}) {
    @Module({
      imports: [
        CoherentCacheTestingModule.forRoot({
          name: 'frontend',
          scheduler: new ManualScheduler(),
          fastPath: options.fastPath ?? true,
          logDecisions: options.logDecisions ?? false,
        }),
      ],
      controllers,
      providers:
        options.globalGuard === true ? [{ provide: APP_GUARD, useClass: NobodyGuard }] : (options.providers ?? []),
    })
    class AppModule {}

    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
      logger: false,
      abortOnError: false,
    });
    running.push(app);
    options.prepare?.(app);
    const statuses: unknown[] = [];
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', async (_request, reply) => void reply.header('x-request-id', 'r1'));
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onResponse', async (_request, reply) => void statuses.push(reply.getHeader('cache-status')));
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
    expect(fastHeaders).toMatchObject({
      'x-request-id': 'r1',
      etag: '"1.4-yvS8OrNf2Z3o"',
      'cache-status': 'frontend; hit; ttl=60',
    });
    expect(fast.rawPayload).toEqual(ordinary.rawPayload);
    expect(answered.byHandler).toBe(1);
    expect(statuses).toEqual(['frontend; fwd=uri-miss; stored', 'frontend; hit; ttl=60', 'frontend; hit; ttl=60']);
    expect(cache.stats().hits).toBe(2);
  });

  it.each([
    [true, ['"products/tux" hit: The entry of version 1.4 is fresh and the lease is in force.']],
    [false, []],
  ])('logs its decisions as the interceptor does, when it is told to (%s)', async (logDecisions, expected) => {
    const { get } = await start([FastController], { logDecisions });
    await get('/products/tux');
    const debug = jest.spyOn(Logger.prototype, 'debug');

    const { headers } = await get('/products/tux');

    expect(headers['cache-status']).toBe('frontend; hit; ttl=60');
    expect(debug.mock.calls.map(([line]: readonly unknown[]) => line)).toEqual(expected);
    debug.mockRestore();
  });

  it('keeps answers apart that vary, sends Vary, and knows who has seen something newer', async () => {
    const { get } = await start([FastController]);
    const german = { 'accept-language': 'de' };
    await get('/products/tux/worded', german);

    const fast = await get('/products/tux/worded', german);
    const other = await get('/products/tux/worded', { 'accept-language': 'en' });
    const own = await get('/products/tux/worded', { ...german, 'min-version': '1;5' });

    expect(fast.headers).toMatchObject({ 'cache-status': 'frontend; hit; ttl=60', vary: 'accept-language' });
    expect(other.headers['cache-status']).toBe('frontend; fwd=vary-miss; stored');
    expect(other.headers['etag']).not.toBe(fast.headers['etag']);
    expect(own.headers['cache-status']).toBe('frontend; fwd=request; stored');
    expect(answered.byHandler).toBe(3);
  });

  it('answers 304 to a matching If-None-Match', async () => {
    const { get } = await start([FastController]);
    await get('/products/tux');

    const answer = await get('/products/tux', { 'if-none-match': '"1.4-yvS8OrNf2Z3o"' });

    expect([answer.statusCode, answer.rawPayload.length, answer.headers['etag']]).toEqual([
      304,
      0,
      '"1.4-yvS8OrNf2Z3o"',
    ]);
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
    await expect(start([GuardedController])).rejects.toThrow(
      /GuardedController\.product .* has a guard \(NobodyGuard, on the handler\).* would skip it\./,
    );
  });

  it('is refused at start when a global guard would be skipped', async () => {
    await expect(start([FastController], { globalGuard: true })).rejects.toThrow(
      /FastController\.product .* has a guard \(NobodyGuard, global\)/,
    );
  });

  it.each([
    {
      prepare: (app: NestFastifyApplication) => app.useGlobalGuards(new NobodyGuard()),
      skipped: 'a guard (NobodyGuard, global)',
    },
    {
      prepare: (app: NestFastifyApplication) => app.useGlobalInterceptors(new StampInterceptor()),
      skipped: 'an interceptor (StampInterceptor, global)',
    },
  ])('is refused at start when $skipped would be skipped', async ({ prepare, skipped }) => {
    await expect(start([FastController], { prepare })).rejects.toThrow(skipped);
  });

  it('is refused at start for a route with another interceptor on its controller, its handler, or provided for all', async () => {
    await expect(start([StampedController])).rejects.toThrow(
      /StampedController\.product .*\(StampInterceptor, on the handler\)/,
    );
    await expect(start([StampedOutsideController])).rejects.toThrow(/\(StampInterceptor, on the controller\)/);
    await expect(
      start([FastController], { providers: [{ provide: APP_INTERCEPTOR, useClass: StampInterceptor }] }),
    ).rejects.toThrow(/StampInterceptor, global/);
  });

  it.each(hooks)('is refused at start when Fastify’s $what would be skipped', async ({ what, add }) => {
    await expect(start([FastController], { prepare: add })).rejects.toThrow(
      new RegExp(`FastController\\.product .* has a .*\\(${what}, (global|on the route)\\).* would skip it\\.`),
    );
  });

  it('is refused at start where another decorator has replaced the route’s configuration', async () => {
    await expect(start([ReplacedController])).rejects.toThrow(/ReplacedController\.product .* above @Cached/);
  });

  it('is refused at start for what is made anew for each request, too', async () => {
    const stamp = { provide: APP_INTERCEPTOR, useClass: StampInterceptor, scope: Scope.REQUEST };
    const guard = { provide: APP_GUARD, useClass: NobodyGuard, scope: Scope.REQUEST };

    await expect(start([FastController], { providers: [stamp] })).rejects.toThrow(/an interceptor \(.*, global\)/);
    await expect(start([FastController], { providers: [guard] })).rejects.toThrow(/a guard \(.*, global\)/);
  });

  it('takes the cache itself as the interceptor of the application', async () => {
    const { get } = await start([BareController], {
      providers: [{ provide: APP_INTERCEPTOR, useExisting: CacheInterceptor }],
    });
    await get('/bare/tux');

    expect((await get('/bare/tux')).headers['cache-status']).toContain('; hit;');
  });

  it('in front of the framework is refused too, when it is told which application it stands before', async () => {
    const { app, cache } = await start([GuardedController, FastController], { fastPath: false });
    const build = (prefix: string) => () =>
      createRawFastPath(cache, { prefix, key: (name) => `products/${name}`, before: app });

    expect(build('/guarded/')).toThrow(/GuardedController\.product .* has a guard/);
    expect(build('/nothing/')).toThrow(/no route with @Cached/);
    expect(build('/products/')).not.toThrow();
  });

  it('can be turned off for the whole module', async () => {
    const { get } = await start([GuardedController, FastController], { fastPath: false });
    await get('/products/tux');

    expect((await get('/products/tux')).headers['cache-status']).toContain('; hit;');
    expect((await get('/guarded/tux')).statusCode).toBe(403);
  });
});
