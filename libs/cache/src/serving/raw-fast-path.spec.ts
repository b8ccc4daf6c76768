import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createTestingCache } from '../testing/coherent-cache-testing.module.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import type { CoherentCache } from './coherent-cache.service.js';
import { createRawFastPath } from './raw-fast-path.js';

describe('the fast path in front of the framework', () => {
  let cache: CoherentCache;
  let scheduler: ManualScheduler;
  let server: Server;
  let url: string;
  let log: string[];

  beforeEach(async () => {
    scheduler = new ManualScheduler();
    cache = createTestingCache({ name: 'frontend', scheduler, leaseMs: 10_000 });
    log = [];
    const answer = createRawFastPath(cache, {
      prefix: '/products/',
      before: 'unchecked',
      key: (name) => (name.startsWith('!') ? undefined : `products/${name.normalize('NFC')}`),
      answered: (request, _response, hit) => log.push(`${request.url} ${hit.status} ${hit.cacheStatus}`),
    });
    server = createServer((request, response) => {
      if (!answer(request, response)) response.writeHead(418).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await cache.fetch('products/tux é', async () => ({ value: { data: 'tüx' }, epoch: 1, sequence: 4 }));
    await cache.fetch('products/owl', async () => ({ absent: true, epoch: 1, sequence: 4 }));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('answers a hit with bytes, ETag, age and status, and tells the log', async () => {
    await scheduler.advance(3_400);

    const answer = await fetch(`${url}/products/tux%20%C3%A9?a=1`);

    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '15',
      etag: '"1.4-nW3o9muUm0Yj"',
      age: '3',
      'cache-control': 'no-cache',
      'cache-status': 'frontend; hit; ttl=56',
    });
    expect(await answer.json()).toEqual({ data: 'tüx' });
    expect(log).toEqual(['/products/tux%20%C3%A9?a=1 200 frontend; hit; ttl=56']);
  });

  it('answers 304 to a matching If-None-Match', async () => {
    const answer = await fetch(`${url}/products/tux%20e%CC%81`, { headers: { 'if-none-match': '"1.4-nW3o9muUm0Yj"' } });

    expect([answer.status, await answer.text()]).toEqual([304, '']);
  });

  it.each([
    { what: 'a product that is not held', path: '/products/fox', init: {} },
    { what: 'a remembered absence', path: '/products/owl', init: {} },
    { what: 'a name that the key refuses', path: '/products/!', init: {} },
    { what: 'no name', path: '/products/', init: {} },
    { what: 'more than one segment', path: '/products/tux%20%C3%A9/x', init: {} },
    { what: 'a broken escape', path: '/products/%E9', init: {} },
    { what: 'another path', path: '/orders/1', init: {} },
    { what: 'another method', path: '/products/tux%20%C3%A9', init: { method: 'DELETE' } },
    { what: 'credentials', path: '/products/tux%20%C3%A9', init: { headers: { authorization: 'Bearer x' } } },
  ])('leaves $what to the framework', async ({ path, init }) => {
    expect((await fetch(url + path, init)).status).toBe(418);
    expect(log).toEqual([]);
  });

  it('leaves everything to the framework once the lease has ended', async () => {
    await scheduler.advance(9_950);

    expect((await fetch(`${url}/products/tux%20%C3%A9`)).status).toBe(418);
  });
});
