import { Body, Controller, Get, HttpCode, HttpException, Module, Post, Req } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import * as fc from 'fast-check';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';

import { createJsonLogger } from '../log/json-logger.js';
import { annotateRequest } from '../log/request-log.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ProblemError } from '../problem/problem-error.js';
import { CollectingSink } from '../testing/collecting-sink.js';
import { exchangeRaw } from '../testing/raw-http.js';
import { portOf, TinyPublicModule } from '../testing/tiny-store.js';

import { rawBodyOf } from './raw-body.js';
import { createServiceApp } from './service-app.js';

class NoLeader extends Error {}

@Controller()
class OddController {
  @Post('bytes')
  @HttpCode(200)
  bytes(@Req() request: FastifyRequest): object {
    return { isBuffer: Buffer.isBuffer(request.body), raw: rawBodyOf(request).toString('hex') };
  }

  @Post('untyped')
  @HttpCode(200)
  untyped(@Body() body: unknown): object {
    return { body };
  }

  @Get('no-leader')
  noLeader(): never {
    throw new NoLeader();
  }

  @Get('follower')
  follower(): never {
    throw new HttpException({ leader: 'order-3', term: 7 }, 421);
  }

  @Get('busy')
  busy(@Req() request: FastifyRequest): never {
    annotateRequest(request, { cache: 'miss' });
    annotateRequest(request, { leader: 'order-3' });
    throw new ProblemError('overloaded', 'Too many orders.', { retryAfterMs: 1200, extensions: { queue: 9 } });
  }
}

@Module({ controllers: [OddController], imports: [MetricsModule.forRoot({ registry: new Registry() })] })
class OddModule {}

describe('createServiceApp', () => {
  const sink = new CollectingSink();
  let app: NestFastifyApplication;
  let port: number;

  beforeAll(async () => {
    app = await createServiceApp(OddModule, {
      kind: 'internal',
      auth: 'none',
      logger: createJsonLogger({ level: 'debug', worker: 'odd', sink }),
      toProblem: (error) =>
        error instanceof NoLeader ? new ProblemError('no-leader', 'Ask again.', { retryAfterMs: 1 }) : undefined,
      fastPath: (request, response) => {
        if (request.url !== '/fast') return false;
        response.end('fast');
        return true;
      },
    });
    await app.listen(0, '127.0.0.1');
    port = portOf(app);
  });
  afterAll(() => app.close());

  const ask = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: string | Buffer = '',
  ) => {
    const fields = {
      host: 'x',
      ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    };
    const head = `${method} ${path} HTTP/1.1\r\n${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;
    const { answers } = await exchangeRaw(port, Buffer.concat([Buffer.from(head), Buffer.from(body)]));
    return answers[0];
  };

  it('gives an internal handler bytes as a Buffer', async () => {
    const answer = await ask('POST', '/bytes', { 'content-type': 'application/octet-stream' }, Buffer.from([0, 255]));

    expect(JSON.parse(answer?.body ?? '')).toEqual({ isBuffer: true, raw: '00ff' });
  });

  it('keeps the raw body of JSON', async () => {
    const answer = await ask('POST', '/bytes', { 'content-type': 'application/json' }, '{ }');

    expect(JSON.parse(answer?.body ?? '')).toEqual({ isBuffer: false, raw: Buffer.from('{ }').toString('hex') });
  });

  it('passes a body through that is declared with no message class', async () => {
    const answer = await ask('POST', '/untyped', { 'content-type': 'application/json' }, '{"any":[1]}');

    expect(JSON.parse(answer?.body ?? '')).toEqual({ body: { any: [1] } });
  });

  it("translates the app's own errors first", async () => {
    const answer = await ask('GET', '/no-leader');

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      type: 'urn:toystore:problem:no-leader',
      detail: 'Ask again.',
    });
  });

  it("keeps a library's 421 with its hint", async () => {
    const answer = await ask('GET', '/follower');

    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 421, leader: 'order-3', term: 7 });
  });

  it('rounds Retry-After up to whole seconds and logs the facts that a handler added', async () => {
    const answer = await ask('GET', '/busy?x=1', { 'session-id': 's-9' });

    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ queue: 9, instance: '/busy' });
    expect(sink.parsed().filter(({ path }) => path === '/busy?x=1')).toEqual([
      expect.objectContaining({ level: 'debug', session: 's-9', status: 429, cache: 'miss', leader: 'order-3' }),
    ]);
  });

  it('lets a fast path answer ahead of the framework', async () => {
    const { answers, isEnded } = await exchangeRaw(port, 'GET /fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', {
      count: 9,
    });

    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(isEnded).toBe(true);
  });

  it('shows metrics', async () => {
    const answer = await ask('GET', '/metrics');

    expect(answer?.headers['content-type']).toMatch(/^text\/plain/);
  });
});

describe('createServiceApp under random bodies', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await createServiceApp(TinyPublicModule, {
      kind: 'public',
      logger: createJsonLogger({ level: 'silent', worker: 'tiny' }),
    });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  it('answers with 200, 400 or 413 and nothing else', async () => {
    const deep = fc
      .record({ open: fc.constantFrom('[', '{"a":', '[{"a":'), depth: fc.nat(9000) })
      .map(({ open, depth }) => open.repeat(depth));
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      deep,
      fc
        .record({
          name: fc.oneof(fc.string(), fc.constant('tux')),
          quantity: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        })
        .map((value) => JSON.stringify(value)),
    );
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;

    await fc.assert(
      fc.asyncProperty(body, async (payload) => {
        const answer = await fastify.inject({
          method: 'POST',
          url: '/orders',
          headers: { 'content-type': 'application/json' },
          payload: Buffer.from(payload),
        });

        expect([200, 400, 413]).toContain(answer.statusCode);
      }),
      { numRuns: 200 },
    );
  });

  it('answers any path with 200, 400, 404, 405 or 414', async () => {
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const segment = fc.oneof(
      fc.webSegment(),
      fc.constantFrom('products', 'tux', 'orders', '%2e%2e', '%00', '%ff', '..', '', '%', ':name', '*'),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 4 }),
        fc.constantFrom('GET', 'DELETE', 'PUT'),
        async (segments, method) => {
          const answer = await fastify.inject({ method: method as 'GET', url: `/${segments.join('/')}` });

          expect([200, 400, 404, 405, 414]).toContain(answer.statusCode === 500 ? 0 : answer.statusCode);
        },
      ),
      { numRuns: 200 },
    );
  });
});
