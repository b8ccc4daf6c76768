import 'reflect-metadata';

import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import type { CallAuthentication, IncomingCall } from '../calls/call-authenticator.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';
import { createTestingCache } from '../testing/coherent-cache-testing.module.js';
import { CacheInvalidationModule } from './cache-invalidation.module.js';
import { createRawInvalidation } from './raw-invalidation.js';

/** Lets each ticket in once, as a memory of nonces does. */
class Tickets {
  readonly asked: string[] = [];
  private readonly used = new Set<string>();

  readonly verify = ({ method, path, headers, body }: IncomingCall): void => {
    const ticket = headers['x-ticket'];
    this.asked.push(`${method} ${path}`);
    if (typeof ticket !== 'string' || body.length > 0) throw new Error('there is no ticket for this');
    if (this.used.has(ticket)) throw new Error('the ticket was used');
    this.used.add(ticket);
  };
}

/** An internal application, with the raw way in front of it or without. */
interface Side {
  readonly app: NestFastifyApplication;
  readonly cache: CoherentCache;
  readonly tickets: Tickets;
  /** What was answered in front. */
  readonly inFront: string[];
  readonly port: number;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

async function open({ isRaw, isAuthenticated }: { isRaw: boolean; isAuthenticated: boolean }): Promise<Side> {
  const tickets = new Tickets();
  const auth: CallAuthentication = isAuthenticated ? { sign: () => ({}), verify: tickets.verify } : 'none';
  const cache = createTestingCache({ name: 'frontend', auth });
  const inFront: string[] = [];
  const raw = createRawInvalidation(cache, {
    verify: isAuthenticated ? tickets.verify : 'none',
    answered: ({ url }: IncomingMessage, _response: ServerResponse, { status }) => inFront.push(`${url} ${status}`),
  });
  const serverFactory = (handler: RequestListener) =>
    createServer((request, response) => {
      if (!isRaw || !raw(request, response)) handler(request, response);
    });
  const app = await NestFactory.create<NestFastifyApplication>(
    CacheInvalidationModule.forRoot({ cache, auth }),
    new FastifyAdapter({ serverFactory }),
    { rawBody: true, logger: false },
  );
  await app.listen(0, '127.0.0.1');
  await cache.fetch('products/tux', async () => ({ value: 'old', epoch: 1, sequence: 3 }));
  return { app, cache, tickets, inFront, port: Number(new URL(await app.getUrl()).port) };
}

async function exchange({ port, cache }: Side, { method, path, headers, body }: Sent) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: {
              ...response.headers,
              date: '',
              isOwnSession: response.headers['cache-session'] === cache.stats().session,
              'cache-session': '',
            },
            body: text,
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    },
  );
}

const path = '/cache/products/tux?epoch=1&sequence=4';
const good: Sent = { method: 'DELETE', path, headers: { 'x-ticket': 'a' } };

describe("the owner's DELETE in front of the framework", () => {
  let plain: Side;
  let raw: Side;

  const start = async (isAuthenticated: boolean): Promise<void> => {
    plain = await open({ isRaw: false, isAuthenticated });
    raw = await open({ isRaw: true, isAuthenticated });
  };
  const both = async (sent: Sent) => [await exchange(plain, sent), await exchange(raw, sent)] as const;
  const held = () => [plain, raw].map(({ cache }) => cache.get('products/tux'));

  afterEach(async () => {
    await plain.app.close();
    await raw.app.close();
  });

  describe('whose calls are authenticated', () => {
    beforeEach(() => start(true));

    it.each<{ what: string; sent: Sent; left: string | undefined }>([
      { what: 'a newer version', sent: good, left: undefined },
      { what: 'an older version', sent: { ...good, path: '/cache/products/tux?epoch=1&sequence=2' }, left: 'old' },
      {
        what: 'a key that is not held',
        sent: { ...good, path: '/cache/a.b~c/d-e_f!?epoch=0&sequence=0' },
        left: 'old',
      },
      { what: 'a group', sent: { ...good, path: '/cache/groups/plush?epoch=1&sequence=4' }, left: 'old' },
    ])('answers $what as the framework does', async ({ sent, left }) => {
      const [ordinary, early] = await both(sent);

      expect(early).toEqual(ordinary);
      expect(early).toMatchObject({ status: 204, headers: { isOwnSession: true } });
      expect(held()).toEqual([left, left]);
      expect(raw.cache.stats()).toMatchObject({ invalidations: 1 });
      expect(raw.inFront).toEqual([`${sent.path} 204`]);
      expect(raw.tickets.asked).toEqual(plain.tickets.asked);
    });

    it.each<{ what: string; sent: Sent; status: number }>([
      { what: 'a call without a ticket', sent: { ...good, headers: {} }, status: 401 },
      {
        what: 'a capability that is not that of this cache',
        sent: { ...good, headers: { ...good.headers, 'cache-capability': 'x'.repeat(64) } },
        status: 401,
      },
      { what: 'a broken version', sent: { ...good, path: '/cache/products/tux?epoch=01&sequence=4' }, status: 400 },
      { what: 'half a version', sent: { ...good, path: '/cache/products/tux?epoch=1' }, status: 400 },
      {
        what: 'a version beyond what numbers hold',
        sent: { ...good, path: '/cache/products/tux?epoch=1&sequence=9007199254740993' },
        status: 400,
      },
      {
        what: 'a name that is too long',
        sent: { ...good, path: `/cache/products/${'x'.repeat(600)}?epoch=1&sequence=4` },
        status: 414,
      },
      { what: 'another path', sent: { ...good, path: '/cache/products/tux/x?epoch=1&sequence=4' }, status: 404 },
      { what: 'another method', sent: { ...good, method: 'PUT' }, status: 404 },
      {
        what: 'a body, which is not covered by the ticket',
        sent: {
          ...good,
          headers: { ...good.headers, 'content-type': 'application/json', 'content-length': '2' },
          body: '{}',
        },
        status: 401,
      },
    ])('leaves $what to the framework, which refuses it', async ({ sent, status }) => {
      const [ordinary, early] = await both(sent);

      expect(early).toEqual(ordinary);
      expect(early.status).toBe(status);
      expect(held()).toEqual(['old', 'old']);
      expect(raw.inFront).toEqual([]);
    });

    it.each<{ what: string; path: string }>([
      { what: 'a name that has to be decoded', path: '/cache/products/%74ux?epoch=1&sequence=4' },
      { what: 'a collection that has to be decoded', path: '/cache/%70roducts/tux?epoch=1&sequence=4' },
      { what: 'a whole collection', path: '/cache/products?epoch=1&sequence=4' },
      { what: 'no version', path: '/cache/products/tux' },
      { what: 'more in the query', path: '/cache/products/tux?epoch=1&sequence=4&x=1' },
    ])('leaves $what to the framework, which carries it out', async ({ path: other }) => {
      const [ordinary, early] = await both({ ...good, path: other });

      expect(early).toEqual(ordinary);
      expect(early.status).toBe(204);
      expect(held()).toEqual([undefined, undefined]);
      expect(raw.inFront).toEqual([]);
    });

    it('refuses a call that comes a second time', async () => {
      await both(good);

      const [ordinary, early] = await both(good);

      expect(early).toEqual(ordinary);
      expect(early.status).toBe(401);
      expect(raw.cache.stats().invalidations).toBe(1);
    });

    it('never asks twice about a call that it lets in', async () => {
      await exchange(raw, good);
      await exchange(raw, { ...good, headers: { 'x-ticket': 'b' }, path: '/cache/products/%74ux?epoch=1&sequence=5' });

      expect(raw.tickets.asked).toHaveLength(2);
    });
  });

  describe('where the capability is all there is', () => {
    beforeEach(() => start(false));

    it('answers who knows it', async () => {
      const headers = { 'cache-capability': raw.cache.runtime.capability };

      const answer = await exchange(raw, { ...good, headers });

      expect([answer.status, raw.inFront.length]).toEqual([204, 1]);
    });

    it.each<{ headers: Record<string, string> }>([
      { headers: {} },
      { headers: { 'cache-capability': 'x'.repeat(64) } },
    ])('leaves $headers to the framework, which refuses it', async ({ headers }) => {
      const [ordinary, early] = await both({ ...good, headers });

      expect(early).toEqual(ordinary);
      expect([early.status, raw.inFront.length]).toEqual([401, 0]);
      expect(held()).toEqual(['old', 'old']);
    });
  });

  describe('that nobody verifies, in a process whose own calls are signed', () => {
    it('does not carry out a call without the capability', async () => {
      await start(true);
      const open = createRawInvalidation(raw.cache, { verify: 'none' });
      const request = { method: 'DELETE', url: path, headers: {} } as IncomingMessage;

      expect(open(request, {} as ServerResponse)).toBe(false);
      expect(raw.cache.get('products/tux')).toBe('old');
    });
  });
});
