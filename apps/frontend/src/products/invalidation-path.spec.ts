import 'reflect-metadata';

import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CoherentCache } from '@quorumkit/cache';
import { createTestingCache } from '@quorumkit/cache/testing';
import { createJsonLogger, createServiceApp, type FastPath, HmacAuthenticator, RequestLog } from '@toystore/service';
import { InternalModule } from '../internal.module.js';
import { createInvalidationPath } from './invalidation-path.js';

const secret = 'a cluster secret of at least thirty-two characters';
const sale = '/cache/products/tux?epoch=1&sequence=4';

/** The internal application of a frontend, with the short way in front of it or without. */
interface Side {
  readonly app: NestFastifyApplication;
  readonly cache: CoherentCache;
  readonly lines: string[];
  /** What went to the framework. */
  readonly passedOn: string[];
  readonly port: number;
}

async function open(isShort: boolean): Promise<Side> {
  const authenticator = new HmacAuthenticator({ self: 'frontend-1', secret });
  const auth = { sign: authenticator.sign.bind(authenticator) };
  const cache = createTestingCache({ name: 'frontend', auth });
  await cache.fetch('products/tux', async () => ({ value: 10, epoch: 1, sequence: 3 }));
  const lines: string[] = [];
  const passedOn: string[] = [];
  const sink = { write: (line: string) => lines.push(line), flush: () => undefined };
  const logger = createJsonLogger({ level: 'debug', worker: 'frontend-1', sink });
  const short = createInvalidationPath(cache, authenticator, new RequestLog(logger, 'debug'));
  const fastPath: FastPath = (request, response) => {
    if (isShort && short(request, response)) return true;
    passedOn.push(request.url ?? '');
    return false;
  };
  const module = InternalModule.forRoot({ cache, auth });
  const app = await createServiceApp(module, { kind: 'internal', logger, auth: authenticator, fastPath });
  await app.listen(0, '127.0.0.1');
  lines.length = 0;
  return { app, cache, lines, passedOn, port: Number(new URL(await app.getUrl()).port) };
}

async function send({ port, cache }: Side, path: string, headers: Record<string, string>) {
  const request = httpRequest({ host: '127.0.0.1', port, method: 'DELETE', path, headers, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  const isOwnSession = answer.headers['cache-session'] === cache.stats().session;
  return { status: answer.statusCode, headers: { ...answer.headers, date: '', 'cache-session': isOwnSession }, body };
}

const told = ({ lines }: Side) =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ message }) => message === 'request')
    .map(({ level, worker, session, method, path, status, durationMs }) => ({
      level,
      worker,
      session,
      method,
      path,
      status,
      isTimed: typeof durationMs === 'number',
    }));

describe('the way of the DELETEs of the catalog', () => {
  let ordinary: Side;
  let short: Side;
  let catalog: HmacAuthenticator;
  const sides = (): readonly Side[] => [ordinary, short];

  beforeEach(async () => {
    catalog = new HmacAuthenticator({ self: 'catalog', secret });
    ordinary = await open(false);
    short = await open(true);
  });

  afterEach(async () => {
    for (const { app } of sides()) await app.close();
  });

  const signed = (path: string, { receiver = 'frontend-1', signer = catalog } = {}) =>
    signer.sign({ method: 'DELETE', path, receiver, body: Buffer.alloc(0) });

  it('carries a signed one out in front of the framework, with the same answer and line in the log', async () => {
    const [expected, answer] = [
      await send(ordinary, sale, { ...signed(sale), 'session-id': 's1' }),
      await send(short, sale, { ...signed(sale), 'session-id': 's1' }),
    ];

    expect(answer).toEqual(expected);
    expect(answer).toMatchObject({ status: 204, headers: { 'cache-applied': 'dropped', 'cache-session': true } });
    expect(sides().map(({ cache }) => cache.get('products/tux'))).toEqual([undefined, undefined]);
    expect(sides().map(({ passedOn }) => passedOn.length)).toEqual([1, 0]);
    expect(told(short)).toEqual(told(ordinary));
    expect(told(short)).toMatchObject([{ level: 'debug', session: 's1', path: sale, status: 204, isTimed: true }]);
  });

  it.each<[string, (path: string) => Record<string, string>]>([
    ['is not signed', () => ({})],
    ['is signed for another frontend', (path) => signed(path, { receiver: 'frontend-2' })],
    ['is signed for another version', () => signed('/cache/products/tux?epoch=1&sequence=5')],
    [
      'is signed by a stranger',
      (path) => signed(path, { signer: new HmacAuthenticator({ self: 'catalog', secret: 'x'.repeat(40) }) }),
    ],
    ['was signed long ago', (path) => signed(path, { signer: slow() })],
    ['brings the capability of another process', (path) => ({ ...signed(path), 'cache-capability': 'x' })],
  ])('leaves one that %s to the framework, which refuses it', async (_what, headers) => {
    const [expected, answer] = [await send(ordinary, sale, headers(sale)), await send(short, sale, headers(sale))];

    expect(answer).toEqual(expected);
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(sides().map(({ cache }) => cache.get('products/tux'))).toEqual([10, 10]);
    expect(told(short)).toEqual(told(ordinary));
    expect(told(short)).toHaveLength(1);
  });

  it('refuses one that comes a second time', async () => {
    const headers = signed(sale);
    await send(short, sale, headers);

    const answer = await send(short, sale, headers);

    expect(answer.status).toBe(401);
    expect(short.cache.stats().invalidations).toBe(1);
  });

  const slow = (): HmacAuthenticator =>
    new HmacAuthenticator({ self: 'catalog', secret, clockMs: () => Date.now() - 60_000 });
});
