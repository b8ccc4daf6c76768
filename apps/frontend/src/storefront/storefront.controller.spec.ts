import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { publicApp } from '../testing/public-app.js';

let application: NestFastifyApplication;

beforeAll(async () => {
  application = await publicApp();
});

afterAll(() => application.close());

describe('the shop window', () => {
  it('is served under a policy that lets nothing in from elsewhere', async () => {
    const answer = await application.inject('/');

    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(answer.body).toContain('Toy Store');
  });

  it('is not sent again to who holds it', async () => {
    const { headers } = await application.inject('/storefront/main.js');
    const answer = await application.inject({
      url: '/storefront/main.js',
      headers: { 'if-none-match': String(headers.etag) },
    });

    expect(answer.statusCode).toBe(304);
    expect(answer.body).toBe('');
  });

  it.each(['/storefront/other.js', '/storefront/..%2f..%2fpackage.json', '/storefront/__proto__'])(
    'serves no other file: %s',
    async (url) => {
      expect((await application.inject(url)).statusCode).toBe(404);
    },
  );
});

describe('the API page', () => {
  it('describes every public route with its error answers', async () => {
    const document = (await application.inject('/docs/openapi.json')).json<{
      paths: Record<string, Record<string, { responses: object }>>;
      components: { schemas: Record<string, { properties: object }> };
    }>();

    expect(Object.keys(document.paths).sort()).toEqual([
      '/health/live',
      '/health/ready',
      '/lab/cluster',
      '/lab/explain/{name}',
      '/metrics',
      '/orders',
      '/orders/{number}',
      '/products',
      '/products/{name}',
    ]);
    expect(Object.keys(document.paths['/orders']?.['post']?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '404', '422', '429', '503', '504']),
    );
    expect(document.components.schemas['PlaceOrderBody']).toMatchObject({
      required: ['name', 'quantity'],
      properties: { quantity: { minimum: 1, maximum: 100_000 } },
    });
    expect(Object.keys(document.paths['/products/{name}']?.['get']?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '304', '404', '503']),
    );
  });

  it('comes with its own copy of the user interface', async () => {
    expect((await application.inject('/docs')).headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await application.inject('/docs/swagger-ui-bundle.js')).statusCode).toBe(200);
    expect((await application.inject('/docs/package.json')).statusCode).toBe(404);
  });
});

describe('the public port', () => {
  it.each([
    ['DELETE', '/cache/products/fox'],
    ['POST', '/debits'],
    ['POST', '/subscribers'],
    ['GET', '/leader/status'],
    ['POST', '/leader/nominations'],
    ['POST', '/raft/orders/messages'],
    ['GET', '/audit'],
    ['GET', '/cache/explain/products/fox'],
  ] as const)('has nothing internal: %s %s', async (method, url) => {
    expect((await application.inject({ method, url })).statusCode).toBe(404);
  });
});
