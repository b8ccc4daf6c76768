import 'reflect-metadata';

import { createServer, type RequestListener } from 'node:http';

import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Param,
  RequestMethod,
  UseInterceptors,
  Version,
  VersioningType,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { NestFactory, RouterModule } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached, cachedRouteConfigKey } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import type { FastifyRouteLike } from './fastify-hit.js';
import { versioned } from './loaded.js';
import { createRawFastPath, UnknownFastRouteError } from './raw-fast-path.js';
import { RouteSurvey } from './route-survey.js';

const product = (name: string) => versioned({ data: name }, { epoch: 1, sequence: 4 });

@Controller('products')
@UseInterceptors(CacheInterceptor)
class PlainController {
  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

@Controller({ path: ['toys', '/dolls/'], version: '1' })
@UseInterceptors(CacheInterceptor)
class VersionedController {
  @Get([':name', 'by-name/:name'])
  @Cached({ key: ({ name }) => `toys/${name}` })
  asTheController(@Param('name') name: string) {
    return product(name);
  }

  @Get('newer/:name')
  @Version(['2', VERSION_NEUTRAL])
  @Cached({ key: ({ name }) => `newer/${name}` })
  newer(@Param('name') name: string) {
    return product(name);
  }
}

@Controller({ path: 'neutral', version: VERSION_NEUTRAL })
@UseInterceptors(CacheInterceptor)
class NeutralController {
  @Get(':name')
  @Cached({ key: ({ name }) => `neutral/${name}` })
  product(@Param('name') name: string) {
    return product(name);
  }
}

const caching = CoherentCacheTestingModule.forRoot({
  name: 'frontend',
  scheduler: new ManualScheduler(),
  leaseMs: 60_000,
});

@Module({ imports: [caching], controllers: [VersionedController, NeutralController] })
class ShelvesModule {}

@Module({
  imports: [caching, ShelvesModule, RouterModule.register([{ path: 'shelves', module: ShelvesModule }])],
  controllers: [PlainController],
})
class AppModule {}

const inVersions = (asTheController: string, newer: readonly string[], neutral: string) =>
  [
    ...['toys', 'dolls'].flatMap((shelf) => [
      `${asTheController}/${shelf}/:name`,
      `${asTheController}/${shelf}/by-name/:name`,
    ]),
    ...newer.flatMap((version) => [`${version}/toys/newer/:name`, `${version}/dolls/newer/:name`]),
    `${neutral}/neutral/:name`,
  ].sort();

const applications: readonly {
  readonly what: string;
  readonly prepare: (app: NestFastifyApplication) => unknown;
  readonly plain: readonly string[];
  readonly shelves: readonly string[];
}[] = [
  {
    what: 'as it is written',
    prepare: () => undefined,
    plain: ['/products/:name'],
    shelves: inVersions('/shelves', ['/shelves'], '/shelves'),
  },
  {
    what: 'with a global prefix',
    prepare: (app) => app.setGlobalPrefix('api'),
    plain: ['/api/products/:name'],
    shelves: inVersions('/api/shelves', ['/api/shelves'], '/api/shelves'),
  },
  {
    what: 'with a global prefix that has slashes',
    prepare: (app) => app.setGlobalPrefix('/shop/api/'),
    plain: ['/shop/api/products/:name'],
    shelves: inVersions('/shop/api/shelves', ['/shop/api/shelves'], '/shop/api/shelves'),
  },
  {
    what: 'with a global prefix that it is excluded from',
    prepare: (app) =>
      app.setGlobalPrefix('api', {
        exclude: ['products/:name', { path: 'shelves/{*rest}', method: RequestMethod.PUT }],
      }),
    plain: ['/products/:name'],
    shelves: inVersions('/api/shelves', ['/api/shelves'], '/api/shelves'),
  },
  {
    what: 'with versions in the URI',
    prepare: (app) => app.enableVersioning({ type: VersioningType.URI }),
    plain: ['/products/:name'],
    shelves: inVersions('/v1/shelves', ['/v2/shelves', '/shelves'], '/shelves'),
  },
  {
    what: 'with versions in the URI, one of them for whoever names none',
    prepare: (app) => app.enableVersioning({ type: VersioningType.URI, prefix: 'rev-', defaultVersion: ['3', '4'] }),
    plain: ['/rev-3/products/:name', '/rev-4/products/:name'],
    shelves: inVersions('/rev-1/shelves', ['/rev-2/shelves', '/shelves'], '/shelves'),
  },
  {
    what: 'with bare versions behind a global prefix that some are excluded from',
    prepare: (app) =>
      app
        .setGlobalPrefix('api', { exclude: ['products/:name', 'shelves/neutral/:name'] })
        .enableVersioning({ type: VersioningType.URI, prefix: false, defaultVersion: '3' }),
    plain: ['/3/products/:name'],
    shelves: inVersions('/api/1/shelves', ['/api/2/shelves', '/api/shelves'], '/shelves'),
  },
  {
    what: 'with versions in a header',
    prepare: (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '3' }),
    plain: ['/products/:name'],
    shelves: inVersions('/shelves', ['/shelves'], '/shelves'),
  },
];

let running: NestFastifyApplication | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function create(adapter = new FastifyAdapter()): Promise<NestFastifyApplication> {
  running = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger: false,
    abortOnError: false,
  });
  return running;
}

describe('where a cached route is served', () => {
  it.each(applications)('is known beforehand $what', async ({ prepare, plain, shelves }) => {
    const app = await create();
    const registered = new Set<string>();
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', (route) => {
        const { config } = route as unknown as FastifyRouteLike;
        if (config?.[cachedRouteConfigKey] !== undefined) registered.add(route.url);
      });
    prepare(app);

    const known = app.get(RouteSurvey, { strict: false }).cachedRoutes();
    await app.init();

    expect(pathsOf(known, 'PlainController')).toEqual(plain);
    expect(pathsOf(known, 'VersionedController', 'NeutralController')).toEqual(shelves);
    expect(known.flatMap(({ paths }) => paths).sort()).toEqual([...registered].sort());
  });
});

describe('the fast path in front of a framework that serves its routes elsewhere', () => {
  const route = (app: NestFastifyApplication, prefix: string) => ({
    prefix,
    key: (name: string) => `products/${name}` as const,
    before: app,
  });

  it.each(applications)('stands where the route is, $what, and nowhere else', async ({ prepare, plain }) => {
    const app = await create();
    prepare(app);
    const cache = app.get(CoherentCache, { strict: false });
    const stands = plain.map((path) => path.slice(0, -':name'.length));
    const elsewhere = ['/products/', '/api/products/', '/v3/products/', '/x/products/', 'products/', '/products'];

    for (const prefix of stands) expect(() => createRawFastPath(cache, route(app, prefix))).not.toThrow();
    for (const prefix of elsewhere.filter((each) => !stands.includes(each)))
      expect(() => createRawFastPath(cache, route(app, prefix))).toThrow(UnknownFastRouteError);
  });

  it('says where the cached routes are when there is none', async () => {
    const app = await create();
    app.setGlobalPrefix('api');
    const cache = app.get(CoherentCache, { strict: false });

    expect(() => createRawFastPath(cache, route(app, '/products/'))).toThrow(
      /whose path is \/products\/ and one parameter.* There are: .*\/api\/products\/:name.*setGlobalPrefix/,
    );
  });

  it('answers there', async () => {
    let answer: ReturnType<typeof createRawFastPath> = () => false;
    let inFront = 0;
    const serverFactory = (handler: RequestListener) =>
      createServer((request, response) => {
        if (answer(request, response)) inFront += 1;
        else handler(request, response);
      });
    const app = await create(new FastifyAdapter({ serverFactory }));
    app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '3' });
    answer = createRawFastPath(app.get(CoherentCache, { strict: false }), route(app, '/api/v3/products/'));
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/api/v3/products/tux`;

    const first = await fetch(url);
    const second = await fetch(url);

    expect([first, second].map(({ headers }) => headers.get('cache-status'))).toEqual([
      'frontend; fwd=uri-miss; stored',
      'frontend; hit; ttl=60',
    ]);
    expect(await second.text()).toBe(await first.text());
    expect(inFront).toBe(1);
  });
});

function pathsOf(routes: ReturnType<RouteSurvey['cachedRoutes']>, ...controllers: readonly string[]): string[] {
  return routes
    .filter(({ name }) => controllers.includes(name.slice(0, name.indexOf('.'))))
    .flatMap(({ paths }) => paths)
    .sort();
}
