import 'reflect-metadata';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  Injectable,
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
import { APP_GUARD, APP_INTERCEPTOR, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { map, of, type Observable } from 'rxjs';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { createGate, type Gate } from '../testing/gate.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { versioned } from './loaded.js';

interface Asking {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly params: Readonly<Record<string, string>>;
  user?: string;
}

/** What the guards saw, in order. */
const seen: string[] = [];
const pace: { reached: Gate<void>; gate: Gate<void> } = { reached: createGate(), gate: createGate() };

/** Knows its route by metadata and by class, as guards with roles do, and leaves the user on the request. */
@Injectable()
class TokenGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Asking>();
    const role = this.reflector.get<string | undefined>('role', context.getHandler());
    seen.push(`${context.getType()} ${context.getClass().name} ${role ?? '-'} ${request.params['name']}`);
    request.user = request.headers['x-token'] ?? 'nobody';
    if (request.user === 'banned') throw new ForbiddenException('You are banned.');
    return request.user !== 'nobody';
  }
}

class SlowGuard implements CanActivate {
  async canActivate(): Promise<boolean> {
    pace.reached.open();
    await pace.gate.passed;
    return true;
  }
}

class StreamGuard implements CanActivate {
  canActivate(context: ExecutionContext): Observable<boolean> {
    return of(context.switchToHttp().getRequest<Asking>().headers['x-token'] === 'tux');
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequestGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class EnvelopeInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const product = (name: string) => versioned({ name, quantity: 10 }, { epoch: 1, sequence: 4 });
const role = (value: string) => (_target: object, _key: string, descriptor: PropertyDescriptor) =>
  Reflect.defineMetadata('role', value, descriptor.value as object);

@Controller('guarded')
@UseGuards(TokenGuard)
@UseInterceptors(CacheInterceptor)
class GuardedController {
  @Get(':name')
  @role('shopper')
  @Cached({ key: ({ name }) => `guarded/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }

  @Get(':name/slow')
  @UseGuards(SlowGuard)
  @Cached({ key: ({ name }) => `slow/${name}` })
  slow(@Param('name') name: string) {
    return product(name);
  }

  @Get(':name/ordinary')
  @Cached({ key: ({ name }) => `guarded/${name}`, fastPath: false })
  ordinary(@Param('name') name: string) {
    return product(name);
  }

  @Get(':name/own')
  @Cached({ key: ({ name }) => `own/${name}`, scope: 'private', user: (request) => String(request.headers['x-token']) })
  own(@Param('name') name: string) {
    return product(name);
  }
}

@Controller('streamed')
@UseGuards(StreamGuard)
@UseInterceptors(CacheInterceptor)
class StreamedController {
  @Get(':name')
  @Cached({ key: ({ name }) => `streamed/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

@Controller('anew')
@UseGuards(PerRequestGuard)
@UseInterceptors(CacheInterceptor)
class AnewController {
  @Get(':name')
  @Cached({ key: ({ name }) => `anew/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

@Controller('wrapped')
@UseInterceptors(EnvelopeInterceptor, CacheInterceptor)
class WrappedController {
  @Get(':name')
  @Cached({ key: ({ name }) => `wrapped/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

@Controller('declared')
@UseInterceptors(CacheInterceptor)
class DeclaredController {
  @Get(':name')
  @HttpCode(203)
  @Header('Content-Language', 'de')
  @Header('X-Made', () => 'to order')
  @Header('Content-Type', 'application/vnd.toys+json')
  @Cached({ key: ({ name }) => `declared/${name}`, vary: ['Accept-Language'] })
  product(@Param('name') name: string) {
    return product(name);
  }

  @Get(':name/word')
  @Cached({ key: ({ name }) => `word/${name}` })
  word(@Param('name') name: string) {
    return versioned(name, { epoch: 1, sequence: 4 });
  }
}

class Base {
  @Get(':name')
  @Cached({ key: ({ name }) => `inherited/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

@Controller('left')
@UseGuards(TokenGuard)
@UseInterceptors(CacheInterceptor)
class LeftController extends Base {}

@Controller('right')
@UseInterceptors(CacheInterceptor)
class RightController extends Base {}

describe('hits behind the guards of their route', () => {
  const running: NestFastifyApplication[] = [];
  const intercepted = jest.spyOn(CacheInterceptor.prototype, 'intercept');

  async function start(controllers: Type[], providers: Provider[] = []) {
    @Module({
      imports: [CoherentCacheTestingModule.forRoot({ name: 'frontend', scheduler: new ManualScheduler() })],
      controllers,
      providers,
    })
    class AppModule {}

    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    running.push(app);
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', async (_request, reply) => {
        void reply.header('vary', 'Origin').header('set-cookie', 'a=1').header('set-cookie', 'b=2; Path=/');
      });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const get = (url: string, token?: string) =>
      app.inject({ method: 'GET', url, headers: token === undefined ? {} : { 'x-token': token } });
    return { get, cache: app.get(CoherentCache) };
  }

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    seen.length = 0;
    Object.assign(pace, { reached: createGate(), gate: createGate() });
    intercepted.mockClear();
  });

  it('are sent as the interceptor sends them, without asking it', async () => {
    const { get } = await start([GuardedController]);
    await get('/guarded/tux', 'ann');

    const hit = await get('/guarded/tux', 'ann');

    expect(intercepted).toHaveBeenCalledTimes(1);
    const ordinary = await get('/guarded/tux/ordinary', 'ann');
    expect(intercepted).toHaveBeenCalledTimes(2);
    const { date: _hitAt, ...hitHeaders } = hit.headers;
    const { date: _ordinaryAt, ...ordinaryHeaders } = ordinary.headers;
    expect(hitHeaders).toEqual(ordinaryHeaders);
    expect([hit.statusCode, hit.rawPayload]).toEqual([ordinary.statusCode, ordinary.rawPayload]);
    expect(hit.headers['cache-status']).toBe('frontend; hit; ttl=60');
  });

  it('are for whom the guards admit, who run once for each request and know their route', async () => {
    const { get } = await start([GuardedController]);
    await get('/guarded/tux', 'ann');

    await get('/guarded/tux', 'ann');

    expect(seen).toEqual(['http GuardedController shopper tux', 'http GuardedController shopper tux']);
  });

  it('are not for whom a guard refuses, which the application hears of in the ordinary way', async () => {
    const { get } = await start([GuardedController, StreamedController]);
    await get('/guarded/tux', 'ann');
    await get('/streamed/tux', 'tux');
    intercepted.mockClear();

    const answers = await Promise.all([
      get('/guarded/tux'),
      get('/guarded/tux', 'banned'),
      get('/streamed/tux', 'bob'),
      get('/streamed/tux', 'tux'),
    ]);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 200]);
    expect(answers[1]?.json().message).toBe('You are banned.');
    expect(intercepted).not.toHaveBeenCalled();
  });

  it('are judged again after a guard that took its time: an invalidation may have come', async () => {
    const { get, cache } = await start([GuardedController]);
    pace.gate.open();
    await get('/guarded/tux/slow', 'ann');
    intercepted.mockClear();
    Object.assign(pace, { reached: createGate(), gate: createGate() });
    const asked = get('/guarded/tux/slow', 'ann');
    await pace.reached.passed;

    cache.invalidate('slow/tux');
    pace.gate.open();

    expect((await asked).headers['cache-status']).toBe('frontend; fwd=uri-miss; stored');
    expect(intercepted).toHaveBeenCalledTimes(1);
  });

  it.each([
    { why: 'a private entry', controllers: [GuardedController], url: '/guarded/tux/own' },
    { why: 'fastPath: false', controllers: [GuardedController], url: '/guarded/tux/ordinary' },
    { why: 'a guard that is made anew for each request', controllers: [AnewController], url: '/anew/tux' },
    { why: 'another interceptor', controllers: [WrappedController], url: '/wrapped/tux' },
    {
      why: 'a text, which frameworks send in their own way',
      controllers: [DeclaredController],
      url: '/declared/tux/word',
    },
    { why: 'a handler that two controllers have', controllers: [LeftController, RightController], url: '/left/tux' },
  ])('come from the interceptor where it is $why', async ({ controllers, url }) => {
    const { get } = await start(controllers);
    await get(url, 'ann');

    const hit = await get(url, 'ann');

    expect(hit.headers['cache-status']).toContain('; hit;');
    expect(intercepted).toHaveBeenCalledTimes(2);
  });

  it('come from the interceptor where a global guard or interceptor is made anew for each request', async () => {
    const guard = { provide: APP_GUARD, useClass: PerRequestGuard, scope: Scope.REQUEST };
    const envelope = { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor, scope: Scope.REQUEST };
    for (const provider of [guard, envelope]) {
      const { get } = await start([DeclaredController], [provider]);
      await get('/declared/tux');
      intercepted.mockClear();

      await get('/declared/tux');

      expect(intercepted).toHaveBeenCalledTimes(1);
    }
  });

  it('leave an interceptor around the cache the value, not its text', async () => {
    const { get } = await start([WrappedController]);

    const [miss, hit] = [await get('/wrapped/tux'), await get('/wrapped/tux')];

    expect(miss.json()).toEqual({ data: { name: 'tux', quantity: 10 } });
    expect(hit.json()).toEqual(miss.json());
  });

  it('have the status and the headers that decorators declare, and those of hooks', async () => {
    const { get } = await start([DeclaredController]);
    const miss = await get('/declared/tux');

    const hit = await get('/declared/tux');

    expect(intercepted).toHaveBeenCalledTimes(1);
    expect([miss.statusCode, hit.statusCode]).toEqual([203, 203]);
    for (const answer of [miss, hit]) {
      expect(answer.headers).toMatchObject({
        'content-language': 'de',
        'x-made': 'to order',
        'content-type': 'application/vnd.toys+json; charset=utf-8',
        vary: 'Origin, accept-language',
        'set-cookie': ['a=1', 'b=2; Path=/'],
      });
    }
  });
});
