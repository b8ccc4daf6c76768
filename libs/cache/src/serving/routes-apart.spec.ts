import 'reflect-metadata';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  HttpException,
  Logger,
  Module,
  NotFoundException,
  Param,
  Post,
  UseInterceptors,
  type LoggerService,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { cacheGroup } from '../core/cache-key.js';
import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { createGate, type Gate } from '../testing/gate.js';
import { ManualScheduler, settled } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { absent, versioned } from './loaded.js';
import { formatMinimumVersion } from './minimum-version.js';
import { createRawFastPath } from './raw-fast-path.js';

/** What the owner says at the moment. */
const owner = {
  reads: 0,
  sequence: 1,
  groups: [] as string[],
  isAbsent: false,
  fails: undefined as Error | undefined,
  gate: undefined as Gate<void> | undefined,
  async read(what: unknown) {
    this.reads += 1;
    const { sequence, groups, gate, isAbsent } = this;
    await gate?.passed;
    if (this.fails !== undefined) throw this.fails;
    const version = { epoch: 3, sequence };
    return isAbsent ? absent(version, { groups }) : versioned({ data: what, at: sequence }, version, { groups });
  },
};

const bearer = ({ headers }: IncomingRequest) =>
  String(headers['authorization'] ?? '').replace(/^Bearer /, '') || undefined;

@Controller()
@UseInterceptors(CacheInterceptor)
class ShopController {
  @Get('brief/:name')
  @Cached({ key: ({ name }) => `brief/${name}`, ttlMs: 10_000, staleWhileRevalidateMs: 20_000, staleIfErrorMs: 30_000 })
  brief(@Param('name') name: string) {
    return owner.read(name);
  }

  @Get('mine/:name')
  @Cached({ key: ({ name }) => `mine/${name}`, scope: 'private', user: bearer })
  mine(@Param('name') name: string) {
    return owner.read(name);
  }

  @Get('worded/:name')
  @Cached({ key: ({ name }) => `worded/${name}`, vary: ['Accept-Language'] })
  worded(@Param('name') name: string) {
    return owner.read(name);
  }

  @Get('grouped/:name')
  @Cached({ key: ({ name }) => `grouped/${name}`, groups: ({ name }) => [`shelf-${name?.[0]}`] })
  grouped(@Param('name') name: string) {
    return owner.read(name);
  }

  @Get('same/:name')
  @Cached({ key: ({ name }) => `grouped/${name}` })
  same(@Param('name') name: string) {
    return owner.read(name);
  }

  @Post('grouped/:name')
  @Cached({ key: ({ name }) => `grouped/${name}` })
  write(@Param('name') name: string) {
    return owner.read(name);
  }
}

class ListeningLogger implements LoggerService {
  readonly lines: string[] = [];
  log(): void {}
  error(): void {}
  warn(): void {}
  debug(message: unknown): void {
    this.lines.push(String(message));
  }
}

let app: NestFastifyApplication;
let cache: CoherentCache;
let scheduler: ManualScheduler;
let logger: ListeningLogger;

beforeEach(async () => {
  Object.assign(owner, { reads: 0, sequence: 1, groups: [], isAbsent: false, fails: undefined, gate: undefined });
  scheduler = new ManualScheduler();
  logger = new ListeningLogger();
  const caching = CoherentCacheTestingModule.forRoot({
    name: 'frontend',
    scheduler,
    epoch: 3,
    groupsHeader: true,
    logDecisions: true,
    leaseMs: 200_000,
  });

  @Module({ imports: [caching], controllers: [ShopController] })
  class AppModule {}

  app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  cache = app.get(CoherentCache);
});

afterEach(async () => {
  await app.close();
  Logger.overrideLogger(false);
});

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });
const statusOf = async (url: string, headers: Record<string, string> = {}) =>
  (await get(url, headers)).headers['cache-status'];

describe('a route with a time of its own', () => {
  it('is answered with what it has while that is loaded anew, and with the new one afterwards', async () => {
    await get('/brief/tux');
    await scheduler.advance(10_500);
    Object.assign(owner, { sequence: 2 });

    const stale = await get('/brief/tux');
    await settled();

    expect(stale.headers).toMatchObject({
      'cache-status': 'frontend; hit; ttl=-1',
      age: '10',
      etag: '"3.1-KcADKEWtkoLn"',
    });
    expect(stale.json()).toEqual({ data: 'tux', at: 1 });
    expect((await get('/brief/tux')).json()).toEqual({ data: 'tux', at: 2 });
    expect(owner.reads).toBe(2);
  });

  it('stays answered when loading anew in the background fails', async () => {
    await get('/brief/tux');
    await scheduler.advance(10_500);
    owner.fails = new Error('the owner is away');

    const statuses = [await statusOf('/brief/tux'), await statusOf('/brief/tux')];
    await settled();

    expect(statuses).toEqual(['frontend; hit; ttl=-1', 'frontend; hit; ttl=-1']);
    expect(cache.stats()).toMatchObject({ staleHits: 2 });
  });

  it('is answered with what it had when loading fails, and says so', async () => {
    await get('/brief/tux');
    await scheduler.advance(35_000);
    owner.fails = new HttpException('the owner is away', 502);

    const answer = await get('/brief/tux');

    expect([answer.statusCode, answer.headers['cache-status'], answer.headers['age']]).toEqual([
      200,
      'frontend; fwd=stale; ttl=-25; detail=error',
      '35',
    ]);
    expect(cache.stats().staleOnError).toBe(1);
  });

  it.each([
    {
      circumstance: 'the error is about the request',
      prepare: () => void (owner.fails = new NotFoundException()),
      status: 404,
    },
    {
      circumstance: 'it was invalidated meanwhile',
      prepare: () => {
        owner.fails = new HttpException('away', 502);
        cache.invalidate('brief/tux', { epoch: 3, sequence: 2 });
      },
      status: 502,
    },
    {
      circumstance: 'no lease is in force any more',
      prepare: () => {
        owner.fails = new HttpException('away', 502);
        cache.runtime.state.lease = { kind: 'none' };
      },
      status: 502,
    },
  ])('is not answered with what it had when $circumstance', async ({ prepare, status }) => {
    await get('/brief/tux');
    await scheduler.advance(35_000);
    prepare();

    expect((await get('/brief/tux')).statusCode).toBe(status);
  });
});

describe('a private route', () => {
  const [ann, bob] = [{ authorization: 'Bearer ann' }, { authorization: 'Bearer bob' }];

  it('has an entry for each user, whose ETag is of no use to another', async () => {
    const first = await get('/mine/cart', ann);
    const again = await get('/mine/cart', ann);
    const other = await get('/mine/cart', { ...bob, 'if-none-match': String(first.headers['etag']) });

    expect(again.headers).toMatchObject({
      'cache-status': 'frontend; hit; ttl=60',
      'cache-control': 'private, no-cache',
      etag: first.headers['etag'],
    });
    expect([other.statusCode, other.headers['cache-status']]).toEqual([200, 'frontend; fwd=uri-miss; stored']);
    expect(cache.stats()).toMatchObject({ keys: [], privateEntries: 2 });
  });

  it('goes past the cache when nobody can tell who asks', async () => {
    expect([await statusOf('/mine/cart'), await statusOf('/mine/cart')]).toEqual([
      'frontend; fwd=bypass; detail=user',
      'frontend; fwd=bypass; detail=user',
    ]);
    expect(await statusOf('/mine/cart', { authorization: `Bearer ${'x'.repeat(300)}` })).toBe(
      'frontend; fwd=bypass; detail=user',
    );
    expect((await get('/mine/cart')).headers['cache-control']).toBe('private, no-cache');
  });

  it('forgets the entries of all users with the DELETE of the key', async () => {
    await get('/mine/cart', ann);
    await get('/mine/cart', bob);

    cache.invalidate('mine/cart', { epoch: 3, sequence: 1 });
    expect(await statusOf('/mine/cart', ann)).toContain('; hit;');
    cache.invalidate('mine/cart', { epoch: 3, sequence: 2 });
    owner.sequence = 2;

    expect([await statusOf('/mine/cart', ann), await statusOf('/mine/cart', bob)]).toEqual(
      Array(2).fill('frontend; fwd=uri-miss; stored'),
    );
  });

  it('remembers an absence for one user too', async () => {
    owner.isAbsent = true;

    expect((await get('/mine/cart', ann)).statusCode).toBe(404);
    const second = await get('/mine/cart', ann);
    expect([second.headers['cache-status'], second.headers['cache-control']]).toEqual([
      'frontend; hit; ttl=5; detail=absent',
      'private, no-cache',
    ]);
  });

  it('cannot be told by a name that looks like somebody’s variant', async () => {
    await get('/mine/cart', ann);

    expect(await statusOf(`/worded/${encodeURIComponent('cart\nuser="ann"')}`)).toBe('frontend; fwd=bypass');
  });
});

describe('a route that varies by a header', () => {
  it('has an entry for each value, also for none, and says what it varies by', async () => {
    const german = await get('/worded/tux', { 'accept-language': 'de' });
    const english = await get('/worded/tux', { 'accept-language': 'en' });
    const any = await get('/worded/tux');

    expect([german, english, any].map(({ headers }) => headers['cache-status'])).toEqual(
      ['uri-miss', 'vary-miss', 'vary-miss'].map((why) => `frontend; fwd=${why}; stored`),
    );
    expect(new Set([german, english, any].map(({ headers }) => headers['etag'])).size).toBe(3);
    const hit = await get('/worded/tux', { 'accept-language': 'de' });
    expect(hit.headers).toMatchObject({
      'cache-status': 'frontend; hit; ttl=60',
      vary: 'accept-language',
      etag: german.headers['etag'],
    });
  });

  it('sends Vary with 304 as well', async () => {
    const { headers } = await get('/worded/tux', { 'accept-language': 'de' });

    const answer = await get('/worded/tux', { 'accept-language': 'de', 'if-none-match': String(headers['etag']) });

    expect([answer.statusCode, answer.headers['vary'], answer.headers['content-type']]).toEqual([
      304,
      'accept-language',
      undefined,
    ]);
  });

  it('leaves values to the handler that are too long to keep', async () => {
    expect(await statusOf('/worded/tux', { 'accept-language': 'x'.repeat(257) })).toBe('frontend; fwd=bypass');
  });

  it.each<{ circumstance: string; headers: Record<string, string> }>([
    { circumstance: 'a value is too long', headers: { 'accept-language': 'x'.repeat(257) } },
    { circumstance: 'it carries Authorization', headers: { authorization: 'Bearer ann', 'accept-language': 'de' } },
    { circumstance: 'it is a miss', headers: { 'accept-language': 'de' } },
  ])('says what it varies by, and that it is not to be reused unasked, when $circumstance', async ({ headers }) => {
    for (const [fails, status] of [
      [undefined, 200],
      [new NotFoundException(), 404],
    ] as const) {
      owner.fails = fails;
      const answer = await get(status === 200 ? '/worded/tux' : '/worded/owl', headers);

      expect([answer.statusCode, answer.headers['vary'], answer.headers['cache-control']]).toEqual([
        status,
        'accept-language',
        'no-cache',
      ]);
    }
  });
});

describe('groups', () => {
  it('come from the route and from the value, are sent along, and end their members', async () => {
    owner.groups = ['plush', 'say "hi"'];
    const { headers } = await get('/grouped/tux');
    expect(headers['cache-groups']).toBe('"shelf-t", "plush", "say \\"hi\\""');
    expect(cache.explain('grouped/tux').groups).toEqual(['groups/shelf-t', 'groups/plush', 'groups/say "hi"']);

    expect(cache.invalidate(cacheGroup('plush'), { epoch: 3, sequence: 2 })).toBe('dropped');
    owner.sequence = 2;

    expect((await get('/grouped/tux')).json()).toMatchObject({ at: 2 });
    expect(cache.invalidate(cacheGroup('shelf-t'), { epoch: 3, sequence: 3 })).toBe('dropped');
    expect(cache.invalidate(cacheGroup('shelf-f'), { epoch: 3, sequence: 3 })).toBe('raised');
  });

  it('refuse to be stored when nobody could invalidate them', async () => {
    owner.groups = ['plüsch'];

    expect((await get('/grouped/tux')).statusCode).toBe(500);
    expect(cache.stats().keys).toEqual([]);
  });

  it('leave routes alone that share the key: they share the entry', async () => {
    await get('/grouped/tux');

    expect(await statusOf('/same/tux')).toContain('; hit;');
  });
});

describe('a request that has seen a version acknowledged', () => {
  const seen = (sequence: number) => ({ 'min-version': formatMinimumVersion({ epoch: 3, sequence }) });

  it('is answered from the cache if that is new enough, and anew if not', async () => {
    await get('/grouped/tux');
    Object.assign(owner, { sequence: 5 });

    expect(await statusOf('/grouped/tux', seen(1))).toContain('; hit;');
    const anew = await get('/grouped/tux', seen(5));
    expect([anew.headers['cache-status'], anew.json().at]).toEqual(['frontend; fwd=request; stored', 5]);
    expect(await statusOf('/grouped/tux', seen(5))).toContain('; hit;');
    expect(cache.stats().belowMinimum).toBe(1);
  });

  it('does not make do with a load that was under way', async () => {
    owner.gate = createGate();
    const early = get('/grouped/tux');
    while (owner.reads < 1) await settled();
    Object.assign(owner, { sequence: 5 });
    const own = get('/grouped/tux', seen(5));
    while (cache.stats().collapsed < 1) await settled();

    owner.gate.open();

    expect([(await early).json().at, (await own).json().at]).toEqual([1, 5]);
  });

  it('makes do with what a load that was under way brings when that is new enough', async () => {
    owner.sequence = 5;
    owner.gate = createGate();
    const answers = [get('/grouped/tux'), get('/grouped/tux', seen(5))];
    while (cache.stats().collapsed < 1) await settled();

    owner.gate.open();

    expect((await Promise.all(answers)).map((answer) => answer.json().at)).toEqual([5, 5]);
    expect(owner.reads).toBe(1);
  });

  it.each(['9;9', 'nonsense', '3;1, 3;2', ''])(
    'costs one load and no more when what it says is nothing the owner ever said: %s',
    async (field) => {
      await get('/grouped/tux');

      expect((await get('/grouped/tux', { 'min-version': field })).json()).toMatchObject({ at: 1 });
      expect(owner.reads).toBe(2);
    },
  );

  it('shares the one load that started after it asked, whatever that brings', async () => {
    owner.gate = createGate();
    const early = get('/grouped/tux');
    while (owner.reads < 1) await settled();
    const own = [get('/grouped/tux', seen(99)), get('/grouped/tux', seen(99))];
    while (cache.stats().collapsed < 2) await settled();

    owner.gate.open();

    expect((await Promise.all([early, ...own])).map((answer) => answer.json().at)).toEqual([1, 1, 1]);
    expect(owner.reads).toBe(2);
  });

  it('is left to the framework by the fast path in front of it, unless the entry is new enough', async () => {
    await get('/grouped/tux');
    const fast = createRawFastPath(cache, { prefix: '/grouped/', key: (name) => `grouped/${name}`, before: app });
    const ask = (headers: Record<string, string>) =>
      fast(
        { method: 'GET', url: '/grouped/tux', headers } as never,
        { writeHead: () => undefined, end: () => undefined } as never,
      );

    expect([ask({}), ask(seen(1)), ask(seen(2)), ask({ 'min-version': '?' })]).toEqual([true, true, false, false]);
  });
});

describe('RFC 9110, 9111 and 9211', () => {
  it.each([
    { field: 'W/"3.1-KcADKEWtkoLn"', status: 304, why: 'weak comparison' },
    { field: '"x,\\", W/"3.1-KcADKEWtkoLn"', status: 304, why: 'commas and backslashes are part of a tag' },
    { field: '"", "3.1-KcADKEWtkoLn"', status: 304, why: 'the empty tag is a tag' },
    { field: ' * ', status: 304, why: '* is whatever exists' },
    { field: '"*"', status: 200, why: 'a quoted star is a tag' },
    { field: '"3.1-KcADKEWtkoLn', status: 200, why: 'an open quote is no tag' },
    { field: '"3.1-KcADKEWtkoLn "', status: 200, why: 'tags hold no spaces' },
    { field: 'w/"3.2"', status: 200, why: 'another tag' },
  ])('answers If-None-Match $field with $status, GET and HEAD alike: $why', async ({ field, status }) => {
    await get('/grouped/tux');

    const headers = { 'if-none-match': field };
    const both = [
      await get('/grouped/tux', headers),
      await app.inject({ method: 'HEAD', url: '/grouped/tux', headers }),
    ];

    expect(both.map(({ statusCode }) => statusCode)).toEqual([status, status]);
    expect(both[1]?.rawPayload.length).toBe(0);
    for (const answer of both)
      expect(answer.headers).toMatchObject({ etag: '"3.1-KcADKEWtkoLn"', 'cache-control': 'no-cache', age: '0' });
  });

  it('does not take * for something when there is nothing (§13.1.2 asks about 2xx only)', async () => {
    owner.isAbsent = true;

    expect((await get('/grouped/tux', { 'if-none-match': '*' })).statusCode).toBe(404);
  });

  it('sends 304 without a body, its length or its type, to a miss too (§15.4.5)', async () => {
    const answer = await get('/grouped/tux', { 'if-none-match': '"3.1-KcADKEWtkoLn"' });

    expect([answer.statusCode, answer.body, answer.headers['content-type'], answer.headers['cache-status']]).toEqual([
      304,
      '',
      undefined,
      'frontend; fwd=uri-miss; stored',
    ]);
  });

  it('sends Age only with what the owner was not asked for (RFC 9111 §5.1)', async () => {
    const miss = await get('/grouped/tux');
    await scheduler.advance(1_999);

    expect([miss.headers['age'], (await get('/grouped/tux')).headers['age']]).toEqual([undefined, '1']);
  });

  it('fills the cache with a HEAD, and answers it like a GET without the body', async () => {
    const head = await app.inject({ method: 'HEAD', url: '/grouped/tux' });

    expect([head.statusCode, head.rawPayload.length, head.headers['content-length']]).toEqual([200, 0, '21']);
    expect(await statusOf('/grouped/tux')).toContain('; hit;');
  });

  it('names another method as the reason (RFC 9211 §2.2), and caches nothing', async () => {
    const answer = await app.inject({ method: 'POST', url: '/grouped/tux' });

    expect([answer.statusCode, answer.headers['cache-status']]).toEqual([201, 'frontend; fwd=method']);
    expect(cache.stats().keys).toEqual([]);
  });
});

describe('reasons', () => {
  it('are logged for each request', async () => {
    await get('/grouped/tux');
    await get('/grouped/tux');
    await get('/mine/cart');
    cache.invalidate('grouped/tux', { epoch: 3, sequence: 2 });
    owner.sequence = 2;
    await get('/grouped/tux');

    const said = logger.lines.filter((line) => /^"|bypass/.test(line));
    expect(said).toEqual([
      expect.stringMatching(/^"grouped\/tux" load: Nothing is held: it was not asked for lately/),
      '"grouped/tux" hit: The entry of version 3.1 is fresh and the lease is in force.',
      'GET /mine/cart bypass: the route is private and its user function does not know who asks.',
      expect.stringMatching(/^"grouped\/tux" load: Nothing is held: "grouped\/tux" was invalidated up to version 3\.2/),
    ]);
  });
});

describe('@Cached', () => {
  it('refuses what contradicts itself, all of it at once', () => {
    const bad = {
      key: () => undefined,
      scope: 'private',
      fastPath: true,
      public: true,
      ttlMs: 0,
      vary: ['two words'],
    } as const;

    expect(() => Cached(bad)(ShopController.prototype, 'same', {})).toThrow(
      /user and scope: 'private' go together[^]*public: true contradict[^]*fastPath: true contradict[^]*ttlMs must be/,
    );
  });
});
