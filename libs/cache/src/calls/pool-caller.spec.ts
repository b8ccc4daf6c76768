import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { OutgoingCall } from './call-authenticator.js';
import { AnswerTooLargeError, CallTimeoutError } from './http-caller.js';
import { PoolCaller } from './pool-caller.js';

interface Arrived {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const patienceMs = 60_000;

describe('a caller over a pool', () => {
  let server: Server;
  let arrived: Arrived[];
  let signed: OutgoingCall[];
  let answer: (response: ServerResponse, number: number) => void;
  let caller: PoolCaller;

  beforeEach(async () => {
    arrived = [];
    signed = [];
    answer = (response) => void response.writeHead(204).end();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, url, headers } = request;
        answer(response, arrived.push({ method, url, headers, body }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sign = (call: OutgoingCall) => {
      signed.push(call);
      return { 'x-signature': `for ${call.receiver}` };
    };
    const { port } = server.address() as AddressInfo;
    caller = new PoolCaller({
      baseUrl: `http://127.0.0.1:${port}/base/`,
      receiver: 'cache-1',
      connections: 1,
      auth: { sign },
    });
  });

  afterEach(async () => {
    await caller.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const remove = (name: string, timeoutMs = patienceMs) =>
    caller.call({ method: 'DELETE', path: `/cache/products/${name}`, headers: { 'x-own': 'yes' }, timeoutMs });

  it('sends what it has signed, and hands over status, headers and body', async () => {
    answer = (response) => {
      response.writeHead(201, { 'x-more': 'm' });
      response.write('{"a"');
      response.end(':1}');
    };

    const got = await caller.call({
      method: 'POST',
      path: '/subscribers?x=1',
      body: { id: 'é' },
      timeoutMs: patienceMs,
    });

    expect({ ...got, body: got.body.toString() }).toMatchObject({
      status: 201,
      headers: { 'x-more': 'm' },
      body: '{"a":1}',
    });
    expect(arrived).toMatchObject([
      {
        method: 'POST',
        url: '/base/subscribers?x=1',
        headers: { 'content-type': 'application/json', 'x-signature': 'for cache-1' },
        body: '{"id":"é"}',
      },
    ]);
    expect(signed).toMatchObject([{ method: 'POST', path: '/base/subscribers?x=1', receiver: 'cache-1' }]);
    expect(Buffer.from(signed[0]?.body ?? []).toString()).toBe('{"id":"é"}');
  });

  it('sends a call without a body as one', async () => {
    const got = await remove('tux');

    expect([got.status, got.body.length]).toEqual([204, 0]);
    expect(arrived[0]?.headers).toMatchObject({ 'x-own': 'yes', 'x-signature': 'for cache-1' });
    expect(Object.keys(arrived[0]?.headers ?? {})).not.toContain('content-type');
    expect(signed[0]?.body).toHaveLength(0);
  });

  it.each([
    { what: 'nothing', reply: () => undefined },
    { what: 'half an answer', reply: (response: ServerResponse) => void response.writeHead(200).write('{') },
  ])('gives up a call that gets $what in its time', async ({ reply }) => {
    answer = reply;

    await expect(remove('tux', 20)).rejects.toThrow(CallTimeoutError);
    await expect(remove('tux', 20)).rejects.toThrow(
      'DELETE /cache/products/tux had no whole answer within 20 ms; it may have been carried out.',
    );
  });

  it('does not send a call any more that was given up while it waited for a connection', async () => {
    let free: () => void = () => undefined;
    const isBusy = new Promise<void>((resolve) => {
      answer = (response, number) => {
        if (number > 1) return void response.writeHead(204).end();
        free = () => void response.writeHead(204).end();
        resolve();
      };
    });
    const first = remove('first');
    await isBusy;

    await expect(remove('second', 1)).rejects.toThrow(CallTimeoutError);
    free();
    await first;
    await remove('third');

    expect(arrived.map(({ url }) => url)).toEqual(['/base/cache/products/first', '/base/cache/products/third']);
  });

  it('does not read an answer that is larger than a mebibyte to its end', async () => {
    answer = (response) => void response.writeHead(200).write('x'.repeat(1024 * 1024 + 1));

    await expect(remove('tux')).rejects.toThrow(AnswerTooLargeError);
  });

  it('rejects when nobody listens', async () => {
    await new Promise((resolve) => server.close(resolve));

    await expect(remove('tux')).rejects.toThrow('ECONNREFUSED');
  });

  it('rejects what is under way when it is closed, and what comes later', async () => {
    const isUnderWay = new Promise<void>((resolve) => (answer = () => resolve()));
    const underWay = expect(remove('tux')).rejects.toThrow('destroyed');
    await isUnderWay;

    await caller.close();

    await underWay;
    await expect(remove('tux')).rejects.toThrow('destroyed');
  });

  it('leaves no timer behind when the answer has come', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await remove('tux');
    const before = timers();

    for (let number = 0; number < 20; number += 1) await remove('tux');

    // Connections have timers of their own, a few at most.
    expect(timers()).toBeLessThan(before + 10);
  });
});
