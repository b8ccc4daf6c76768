import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { explainPath, publicRoutes } from '@toystore/contracts';
import { MemoryCatalog, publicApp } from '../testing/public-app.js';

const running: NestFastifyApplication[] = [];
afterEach(async () => {
  for (const application of running.splice(0)) await application.close();
});

async function start(options: Parameters<typeof publicApp>[0] = {}): Promise<NestFastifyApplication> {
  const application = await publicApp(options);
  running.push(application);
  return application;
}

describe('the lab page', () => {
  it('is a page under the policy of all pages, with its files', async () => {
    const application = await start();
    const page = await application.inject('/lab');

    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('The lab page');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect((await application.inject('/lab/files/main.js')).statusCode).toBe(200);
    expect((await application.inject('/lab/files/..%2f..%2fpackage.json')).statusCode).toBe(404);
  });

  it('is told how the store is, which nobody may keep', async () => {
    const member = { id: 'order-1', url: 'http://127.0.0.1:8091', priority: 1, kind: 'voter' as const };
    const application = await start({ members: [{ member, reply: { kind: 'silent', why: 'timeout' } }] });

    const answer = await application.inject(publicRoutes.cluster);

    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toMatchObject({
      data: {
        frontend: 'frontend-test',
        leader: null,
        replicas: [{ id: 'order-1', answer: 'silent' }],
        cache: { isLeaseInForce: false, entries: [] },
      },
    });
  });

  it('is told what became of the requests for a toy', async () => {
    const application = await start({
      catalog: new MemoryCatalog().set('toy car', { priceCents: 100, quantity: 3 }),
    });
    await application.inject('/products/toy%20car');

    expect((await application.inject(explainPath('toy car'))).json()).toMatchObject({
      data: {
        name: 'toy car',
        wouldServe: 'pass',
        pastRequests: [{ outcome: 'bypass', because: 'No lease was in force.', count: 1 }],
      },
    });
  });

  it('is told no address, by neither of its sources', async () => {
    const member = { id: 'order-1', url: 'http://10.1.2.3:8091', priority: 1, kind: 'voter' as const };
    const reply = { kind: 'gone' as const, why: 'connect ECONNREFUSED 10.1.2.3:8091' };
    const application = await start({ members: [{ member, reply }] });
    await application.inject('/products/tux');

    for (const url of [publicRoutes.cluster, explainPath('tux')])
      expect((await application.inject(url)).body).not.toMatch(/10\.1\.2\.3|127\.0\.0\.1|http|:\d{4}/);
  });

  it('is told that a text names no toy', async () => {
    const answer = await (await start()).inject('/lab/explain/..%2forders');

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ type: expect.stringContaining('unknown-product') });
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)('lets nobody change anything: %s', async (method) => {
    const application = await start();

    for (const url of ['/lab', '/lab/cluster', '/lab/explain/tux'])
      expect((await application.inject({ method, url })).statusCode).toBe(405);
  });

  it('does not exist where it was turned off', async () => {
    const application = await start({ hasLabPage: false });

    for (const url of ['/lab', '/lab/cluster', '/lab/explain/tux', '/lab/files/main.js'])
      expect((await application.inject(url)).statusCode).toBe(404);
    expect((await application.inject('/docs/openapi.json')).body).not.toContain('/lab');
  });
});
