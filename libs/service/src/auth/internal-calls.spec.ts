import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { HealthModule } from '../health/health.module.js';
import { Readiness } from '../health/readiness.js';
import { createServiceApp } from '../http/service-app.js';
import { createJsonLogger } from '../log/json-logger.js';
import { CollectingSink } from '../testing/collecting-sink.js';
import { exchangeRaw, type RawAnswer } from '../testing/raw-http.js';
import { portOf, TinyInternalModule, tinyState } from '../testing/tiny-store.js';

import { HmacAuthenticator } from './hmac-authenticator.js';

const secret = 'a cluster secret of at least thirty-two characters';
const deletion = '/cache/products/tux';

describe('an internal app', () => {
  const sink = new CollectingSink();
  const catalog = new HmacAuthenticator({ self: 'catalog', secret });
  let app: NestFastifyApplication;
  let port: number;

  beforeAll(async () => {
    class Root {}
    app = await createServiceApp(
      { module: Root, imports: [TinyInternalModule, HealthModule.forRoot(new Readiness())] },
      {
        kind: 'internal',
        auth: new HmacAuthenticator({ self: 'frontend-1', secret }),
        logger: createJsonLogger({ level: 'debug', worker: 'frontend-1', sink }),
      },
    );
    await app.listen(0, '127.0.0.1');
    port = portOf(app);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    tinyState.deletions = 0;
    tinyState.bytes = 0;
  });

  const send = async (
    method: string,
    path: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<RawAnswer | undefined> => {
    const fields = Object.entries({
      host: 'x',
      ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    });
    const head = `${method} ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const { answers } = await exchangeRaw(port, Buffer.concat([Buffer.from(head), Buffer.from(body)]));
    return answers[0];
  };
  const signed = (
    method: string,
    path: string,
    more: { receiver?: string; body?: Buffer } = {},
  ): Record<string, string> =>
    catalog.sign({ method, path, receiver: more.receiver ?? 'frontend-1', body: more.body ?? Buffer.alloc(0) });

  it('carries out a signed call', async () => {
    const answer = await send('DELETE', deletion, { headers: signed('DELETE', deletion) });

    expect(answer?.status).toBe(204);
    expect(tinyState.deletions).toBe(1);
  });

  it('carries out a signed call whose path is spelled in an unusual way, if that spelling was signed', async () => {
    const path = '/%63ache/products/%74ux';

    const answer = await send('DELETE', path, { headers: signed('DELETE', path) });

    expect(answer?.status).toBe(204);
  });

  it('hands bytes over as they are', async () => {
    const body = Buffer.from([0, 1, 2, 0xff, 0x7b]);
    const path = '/raft/orders/messages';

    const answer = await send('POST', path, {
      body,
      headers: { 'content-type': 'application/octet-stream', ...signed('POST', path, { body }) },
    });

    expect(answer?.status).toBe(204);
    expect(tinyState.bytes).toBe(5);
  });

  it.each([
    [deletion],
    ['/%63ache/products/tux'],
    ['/cache/products/%74ux'],
    ['/cache/%70roducts/tux'],
    ['/cache/products/tux?x=1'],
    ['/cache/products/tux?'],
    ['/cache/products/tux#x'],
    ['/cache/products/tux;x'],
    ['/cache/products/..'],
    ['/cache/products/%2e%2e'],
    ['/cache/products/a%2Fb'],
  ])('refuses an unsigned DELETE %s', async (path) => {
    const answer = await send('DELETE', path);

    expect([answer?.status, tinyState.deletions]).toEqual([401, 0]);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ type: 'urn:toystore:problem:unauthenticated' });
  });

  it.each([
    ['//cache/products/tux'],
    ['/cache//products/tux'],
    ['/Cache/products/tux'],
    ['/cache/products/tux/'],
    ['/./cache/products/tux'],
    ['/x/../cache/products/tux'],
  ])('knows nothing at %s, signed or not', async (path) => {
    const unsigned = await send('DELETE', path);
    const answer = await send('DELETE', path, { headers: signed('DELETE', path) });

    expect([unsigned?.status, answer?.status, tinyState.deletions]).toEqual([404, 404, 0]);
  });

  it('refuses a call that is replayed', async () => {
    const headers = signed('DELETE', deletion);
    await send('DELETE', deletion, { headers });

    const answer = await send('DELETE', deletion, { headers });

    expect([answer?.status, tinyState.deletions]).toEqual([401, 1]);
  });

  it.each<[string, () => Record<string, string>]>([
    ['for another path', () => signed('DELETE', '/cache/products/lego')],
    ['for another method', () => signed('POST', deletion)],
    ['for another receiver', () => signed('DELETE', deletion, { receiver: 'frontend-2' })],
    ['for another body', () => signed('DELETE', deletion, { body: Buffer.from('x') })],
    ['with a short MAC', () => ({ authorization: `${signed('DELETE', deletion)['authorization']}`.slice(0, -20) })],
    ['with nothing in it', () => ({ authorization: '' })],
    [
      'by a stranger',
      () =>
        new HmacAuthenticator({ self: 'catalog', secret: 'x'.repeat(40) }).sign({
          method: 'DELETE',
          path: deletion,
          receiver: 'frontend-1',
          body: Buffer.alloc(0),
        }),
    ],
    [
      'long ago',
      () =>
        new HmacAuthenticator({ self: 'catalog', secret, clockMs: () => Date.now() - 60_000 }).sign({
          method: 'DELETE',
          path: deletion,
          receiver: 'frontend-1',
          body: Buffer.alloc(0),
        }),
    ],
    [
      'by a clock that is far ahead',
      () =>
        new HmacAuthenticator({ self: 'catalog', secret, clockMs: () => Date.now() + 60_000 }).sign({
          method: 'DELETE',
          path: deletion,
          receiver: 'frontend-1',
          body: Buffer.alloc(0),
        }),
    ],
  ])('refuses a call that is signed %s', async (_label, headers) => {
    const answer = await send('DELETE', deletion, { headers: headers() });

    expect([answer?.status, tinyState.deletions]).toEqual([401, 0]);
  });

  it('refuses an unsigned body unread, whatever it holds', async () => {
    const answer = await send('POST', '/raft/orders/messages', {
      body: '{',
      headers: { 'content-type': 'application/json' },
    });

    expect(answer?.status).toBe(401);
  });

  it('refuses a body that was changed on the way', async () => {
    const path = '/raft/orders/messages';
    const headers = {
      'content-type': 'application/octet-stream',
      ...signed('POST', path, { body: Buffer.from('yes') }),
    };

    const answer = await send('POST', path, { body: 'no!', headers });

    expect([answer?.status, tinyState.bytes]).toEqual([401, 0]);
  });

  it('answers every method on every internal path with 401 or 405 without a signature', async () => {
    const statuses = await Promise.all(
      ['/cache/products/tux', '/raft/orders/messages'].flatMap((path) =>
        ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].map(
          async (method) => (await send(method, path))?.status,
        ),
      ),
    );

    expect(statuses.filter((status) => status !== 401 && status !== 405)).toEqual([]);
  });

  it('lets anybody ask for health', async () => {
    expect((await send('GET', '/health/live'))?.status).toBe(200);
    expect((await send('GET', '/health/ready'))?.status).toBe(200);
  });

  it('serves nothing of the public app (94)', async () => {
    expect((await send('GET', '/products/tux'))?.status).toBe(404);
  });

  it('has neither secret nor signature in its log', () => {
    const log = sink.lines.join('');

    expect(log).not.toContain(secret);
    expect(log).not.toContain('Toystore-1');
  });
});

describe('an internal app whose library brings a parser of its own', () => {
  it('verifies the bytes that the parser hands on', async () => {
    const caller = new HmacAuthenticator({ self: 'order-1', secret });
    class Root {}
    const app = await createServiceApp(
      { module: Root, imports: [TinyInternalModule] },
      {
        kind: 'internal',
        auth: new HmacAuthenticator({ self: 'order-2', secret }),
        logger: createJsonLogger({ level: 'debug', worker: 'order-2', sink: new CollectingSink() }),
      },
    );
    const parseAs = { parseAs: 'buffer' } as const;
    app
      .getHttpAdapter()
      .getInstance()
      .addContentTypeParser('application/octet-stream', parseAs, (_request, body, done) => done(null, body));
    await app.listen(0, '127.0.0.1');
    tinyState.bytes = 0;
    const path = '/raft/orders/messages';
    const post = async (sent: Buffer): Promise<number> => {
      const headers = caller.sign({ method: 'POST', path, receiver: 'order-2', body: Buffer.from([1, 2, 3]) });
      const answer = await fetch(`http://127.0.0.1:${portOf(app)}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(sent),
      });
      return answer.status;
    };

    const genuine = await post(Buffer.from([1, 2, 3]));
    const forged = await post(Buffer.from([1, 2, 4]));
    await app.close();

    expect([genuine, forged, tinyState.bytes]).toEqual([204, 401, 3]);
  });
});
