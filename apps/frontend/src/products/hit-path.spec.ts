import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CoherentCache } from '@quorumkit/cache';
import { createTestingCache } from '@quorumkit/cache/testing';
import { createJsonLogger, type LogLevel, RequestLog } from '@toystore/service';
import { createHitPath } from './hit-path.js';

let cache: CoherentCache;
let lines: string[];
let server: Server;

beforeEach(async () => {
  cache = createTestingCache({ name: 'frontend' });
  await cache.fetch('products/tux', async () => ({
    value: { data: { name: 'tux', price: 25.99, quantity: 100 } },
    epoch: 1,
    sequence: 2,
  }));
  lines = [];
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(
  path: string,
  { headers = {}, level = 'info' }: { headers?: Record<string, string>; level?: LogLevel } = {},
): Promise<{ message: IncomingMessage; body: string }> {
  const logger = createJsonLogger({
    level,
    worker: 'frontend-1',
    sink: { write: (line) => lines.push(line), flush: () => undefined },
  });
  const hitPath = createHitPath(cache, new RequestLog(logger, 'info'), 'unchecked');
  server = createServer((request, response) => {
    if (!hitPath(request, response)) response.writeHead(418).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [message] = (await once(get({ host: '127.0.0.1', port, path, headers, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  let body = '';
  for await (const chunk of message) body += String(chunk);
  return { message, body };
}

describe('the way of hits', () => {
  it('answers what the cache holds, and leaves a line in the request log', async () => {
    const { message, body } = await ask('/products/%74ux?a=1', { headers: { 'session-id': 's1' } });

    expect(message.statusCode).toBe(200);
    expect(message.headers).toMatchObject({
      etag: '"1.2-ivIksPMcD6Sf"',
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    });
    expect(JSON.parse(body)).toEqual({ data: { name: 'tux', price: 25.99, quantity: 100 } });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        message: 'request',
        worker: 'frontend-1',
        session: 's1',
        method: 'GET',
        path: '/products/%74ux?a=1',
        status: 200,
        cache: message.headers['cache-status'],
      },
    ]);
  });

  it('answers 304 to who holds it', async () => {
    const { message } = await ask('/products/tux', {
      headers: { 'if-none-match': '"1.2-ivIksPMcD6Sf"' },
      level: 'warn',
    });

    expect(message.statusCode).toBe(304);
    expect(lines).toEqual([]);
  });

  it.each([
    '/products',
    '/products/',
    '/products/fox',
    '/products/tux/',
    '/products/..%2Ftux',
    '/products/%zz',
    '/orders/tux',
    '/',
  ])('leaves %s to the framework', async (path) => {
    expect((await ask(path)).message.statusCode).toBe(418);
    expect(lines).toEqual([]);
  });
});
