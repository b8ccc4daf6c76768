import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeededRandom } from '../seeded-random.js';
import { StockBound } from '../verdict/stock-bound.js';
import { readProducts } from './product-reader.js';
import { ReadTally } from './read-tally.js';
import { ChangeClock } from './change-clock.js';

const depth = 4;
let server: Server;
let stop: AbortController;
let reading: Promise<void>;
let tally: ReadTally;
let bound: StockBound;

/** A frontend that sells `tux`, and one reader at it. */
async function readFrom(answer: (response: ServerResponse, request: number) => void): Promise<void> {
  let requests = 0;
  server = createServer((_request, response) => answer(response, (requests += 1)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = new AbortController();
  tally = new ReadTally();
  bound = new StockBound();
  bound.learn('tux', 100);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const frontend = { name: 'frontend-2', url };
  const random = new SeededRandom(1);
  reading = readProducts({
    frontend,
    products: ['tux'],
    random,
    bound,
    changeClock: new ChangeClock(),
    tally,
    depth,
    stop: stop.signal,
  });
}

function show(response: ServerResponse, quantity: number, cacheStatus = 'frontend; hit; ttl=59'): void {
  const body = JSON.stringify({ data: { name: 'tux', price: 9.99, quantity } });
  response.writeHead(200, { 'cache-status': cacheStatus, 'content-length': body.length }).end(body);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

afterEach(async () => {
  stop.abort();
  await reading.catch(() => undefined);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('readProducts', () => {
  it('accepts what a frontend shows that knows every acknowledged sale', async () => {
    await readFrom((response, request) => show(response, 97, request % 2 === 0 ? undefined : 'frontend; fwd=uri-miss'));
    bound.attempted('tux', 3);
    bound.sold('tux', 3);

    await until(() => tally.checked > 100);

    expect(tally.wrong).toEqual([]);
    const reads = tally.at('frontend-2');
    expect(reads.checked).toBe(tally.checked);
    expect(Math.abs(reads.checked - 2 * reads.hits)).toBeLessThanOrEqual(1);
  });

  it('finds every answer from before a sale that was acknowledged when it was asked for', async () => {
    await readFrom((response) => show(response, 100));
    await until(() => tally.checked > 20);
    expect(tally.wrong).toEqual([]);

    bound.attempted('tux', 3);
    bound.sold('tux', 3);
    const before = tally.checked;
    await until(() => tally.checked > before + 3 * depth);

    // Those under way when the sale was acknowledged may show either.
    expect(tally.wrongCount).toBeGreaterThanOrEqual(tally.checked - before - depth);
    expect(tally.wrong[0]).toMatch(/^frontend-2, from its cache, .* shown 100 × tux; .* had left 97/);
  });

  it('asks a frontend on that stands still, and wants the sales of meanwhile in those answers', async () => {
    const held: ServerResponse[] = [];
    let still = true;
    await readFrom((response) => (still ? held.push(response) : show(response, 97)));
    await until(() => held.length >= depth);
    bound.attempted('tux', 3);
    bound.sold('tux', 3);
    const before = held.length;
    // Of these two one at most was on its way already.
    await until(() => held.length >= before + 2);

    still = false;
    for (const response of held) show(response, 100);
    await until(() => tally.checked >= held.length);

    expect(tally.wrongCount).toBeGreaterThanOrEqual(1);
    expect(tally.wrongCount).toBeLessThanOrEqual(held.length - before);
  });

  it('counts what a frontend leaves unanswered that dies, and comes back', async () => {
    await readFrom((response, request) => (request === 10 ? response.destroy() : show(response, 100)));

    await until(() => tally.at('frontend-2').unanswered > 0 && tally.checked > 50);

    expect(tally.at('frontend-2').unanswered).toBeLessThanOrEqual(depth);
    expect(tally.wrong).toEqual([]);
  });

  it('counts refusals and does not judge them', async () => {
    const body = '{"status":503}';
    await readFrom((response, request) =>
      request <= 6 ? response.writeHead(503, { 'content-length': body.length }).end(body) : show(response, 100),
    );

    await until(() => tally.checked > 20);

    expect(tally.at('frontend-2').refused).toBe(6);
  });

  it('fails when what arrives is no answer', async () => {
    await readFrom((response) => response.end('a body without a length, in chunks'.repeat(2000)));

    await expect(reading).rejects.toMatchObject({ name: 'UnreadableAnswerError' });
  });
});
