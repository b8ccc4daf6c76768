import { describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { Page, type PageOptions, readPage } from './page.js';
import { staticFile } from './static-file.js';

async function policyOf(options?: PageOptions): Promise<string> {
  const page = new Page(new Map([['index.html', staticFile(Buffer.from('<!doctype html>'), 'text/html')]]), options);
  const server = fastify();
  server.get('/', (request, reply) => page.open(request, reply));
  const { headers } = await server.inject('/');
  await server.close();
  return String(headers['content-security-policy']);
}

describe('a page', () => {
  it('may call nobody but its own origin, and whom it is allowed to', async () => {
    expect(await policyOf()).toContain("connect-src 'self';");
    expect(await policyOf({ connectTo: 'http://127.0.0.1:*' })).toContain("connect-src 'self' http://127.0.0.1:*;");
    expect(await policyOf()).toMatch(/^default-src 'none'; script-src 'self';/);
  });

  it('is under its policy by whichever name it is asked for', async () => {
    const page = new Page(new Map([['index.html', staticFile(Buffer.from('<!doctype html>'), 'text/html')]]));
    const server = fastify();
    server.get('/files/:file', (request, reply) =>
      page.sendFile((request.params as { file: string }).file, request, reply),
    );
    const { headers } = await server.inject('/files/index.html');
    await server.close();

    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('says where its scripts are missing, and how to make them', async () => {
    await expect(readPage('not-built' as 'storefront')).rejects.toThrow(/not-built\/ cannot be read.*npm run build/);
  });
});
