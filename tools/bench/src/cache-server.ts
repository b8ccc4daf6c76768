import 'reflect-metadata';

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { CacheInterceptor as StockInterceptor, CacheModule } from '@nestjs/cache-manager';
import {
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Module,
  type NestInterceptor,
  Res,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Cached, CacheInterceptor, CoherentCache, createRawFastPath, versioned } from '@quorumkit/cache';
import { CoherentCacheTestingModule } from '@quorumkit/cache/testing';
import { createKeyv } from 'cacheable';
import type { FastifyReply } from 'fastify';
import { type Observable, of } from 'rxjs';
import { type CacheContestant, cacheContestants } from './cache-contestants.js';

/**
 * One Nest application that answers `GET /products/:name` from memory, in the way that `CONTESTANT` says. The value is an
 * object, as a handler has it; contestants that keep bytes make them once. Prints its port and runs until stopped.
 */
const capacity = 7;
const value = JSON.parse(process.env['BODY'] ?? '{}') as Record<string, unknown>;
const text = JSON.stringify(value);
const version = { epoch: 1, sequence: 1 };
const keyOf = (name: string): `products/${string}` => `products/${name}`;

/** Guards are kept by everything that goes through the framework, and cost the same everywhere. */
class OpenGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller('products')
@UseGuards(OpenGuard)
class PlainController {
  @Get(':name')
  product(): Record<string, unknown> {
    return value;
  }
}

/** With the headers that a hit has: most of what they cost is the same, whoever sets them. */
@Controller('products')
@UseGuards(OpenGuard)
class PlainWithHeadersController {
  @Get(':name')
  product(@Res({ passthrough: true }) reply: FastifyReply): Record<string, unknown> {
    void reply
      .header('etag', '"1.1-0123456789ab"')
      .header('age', '0')
      .header('cache-control', 'no-cache')
      .header('cache-status', 'frontend; hit; ttl=57');
    return value;
  }
}

/** The least that any interceptor can cost: what is slower than it is slower by the package's own fault. */
class FloorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext): Observable<unknown> {
    context.switchToHttp().getResponse<FastifyReply>().header('content-type', 'application/json; charset=utf-8');
    return of(text);
  }
}

@Controller('products')
@UseGuards(OpenGuard)
@UseInterceptors(FloorInterceptor)
class FloorController extends PlainController {}

@Controller('products')
@UseGuards(OpenGuard)
@UseInterceptors(StockInterceptor)
class StockController {
  @Get(':name')
  product(): Record<string, unknown> {
    return value;
  }
}

@Controller('products')
@UseGuards(OpenGuard)
class InterceptorController {
  @Get(':name')
  @UseInterceptors(CacheInterceptor)
  @Cached({ key: ({ name }) => keyOf(name ?? '') })
  product() {
    return versioned(value, version);
  }
}

@Controller('products')
class OpenController {
  @Get(':name')
  @UseInterceptors(CacheInterceptor)
  @Cached({ key: ({ name }) => keyOf(name ?? ''), fastPath: false })
  product() {
    return versioned(value, version);
  }
}

/** As a route that has other interceptors, or whatever else keeps hits in the pipeline. */
@Controller('products')
@UseGuards(OpenGuard)
class PipelineController extends OpenController {}

@Controller('products')
class HookController {
  @Get(':name')
  @UseInterceptors(CacheInterceptor)
  @Cached({ key: ({ name }) => keyOf(name ?? ''), fastPath: true })
  product() {
    return versioned(value, version);
  }
}

@Module({})
class ContestantModule {
  static of(controller: Type, imports: (DynamicModule | Promise<DynamicModule>)[] = []): DynamicModule {
    return { module: ContestantModule, controllers: [controller], imports };
  }
}

async function start(contestant: CacheContestant): Promise<NestFastifyApplication> {
  const ours = (): DynamicModule => CoherentCacheTestingModule.forRoot({ name: 'frontend', capacity });
  switch (contestant) {
    case 'plain':
      return open(ContestantModule.of(PlainController));
    case 'plainWithHeaders':
      return open(ContestantModule.of(PlainWithHeadersController));
    case 'floor':
      return open(ContestantModule.of(FloorController));
    case 'stock':
      return open(
        ContestantModule.of(StockController, [CacheModule.register({ stores: [createKeyv({ lruSize: capacity })] })]),
      );
    case 'interceptor':
      return open(ContestantModule.of(InterceptorController, [ours()]));
    case 'pipeline':
      return open(ContestantModule.of(PipelineController, [ours()]));
    case 'hook':
      return open(ContestantModule.of(HookController, [ours()]));
    case 'raw': {
      let answerHit: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
      const app = await open(ContestantModule.of(OpenController, [ours()]), (request, response) =>
        answerHit(request, response),
      );
      answerHit = createRawFastPath(app.get(CoherentCache), { prefix: '/products/', key: keyOf, before: app });
      return app;
    }
  }
}

async function open(
  module: DynamicModule,
  inFront?: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<NestFastifyApplication> {
  const adapter =
    inFront === undefined
      ? new FastifyAdapter()
      : new FastifyAdapter({
          serverFactory: (handler: RequestListener) =>
            createServer((request, response) => {
              if (!inFront(request, response)) handler(request, response);
            }),
        });
  return NestFactory.create<NestFastifyApplication>(module, adapter, { logger: ['error', 'warn'] });
}

const asked = cacheContestants.find((each) => each === process.env['CONTESTANT']);
if (asked === undefined) throw new Error(`CONTESTANT is one of ${cacheContestants.join(', ')}.`);
const app = await start(asked);
await app.listen(0, '127.0.0.1');
process.stdout.write(`${new URL(await app.getUrl()).port}\n`);
process.on('disconnect', () => process.exit(0));
