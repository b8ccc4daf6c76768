import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { StockBound } from '../verdict/stock-bound.js';
import { ChangeClock } from './change-clock.js';
import { watchRestocks } from './restock-watch.js';

/** What a frontend answers to one look: the list at a sequence of the catalog, a refusal, or a connection that is cut. */
type Look = { readonly sequence: number; readonly stock: Readonly<Record<string, number>> } | 'refused' | 'cut';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A frontend with these answers, one after the other; with the last one the watch is told to stop. */
async function frontend(looks: readonly Look[], told: AbortController): Promise<string> {
  let asked = 0;
  const server = createServer((request, response) => {
    const look = looks[asked++] ?? 'refused';
    if (asked >= looks.length) told.abort();
    if (look === 'cut') request.socket.destroy();
    else if (look === 'refused') response.writeHead(503).end();
    else {
      const data = Object.entries(look.stock).map(([name, quantity]) => ({ name, price: 1, quantity }));
      response.writeHead(200, { etag: `"1.${look.sequence}"` }).end(JSON.stringify({ data }));
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Three toys of each, all sold. */
function soldOut(): StockBound {
  const bound = new StockBound();
  for (const name of ['tux', 'fox']) {
    bound.learn(name, 3);
    bound.attempted(name, 3);
    bound.sold(name, 3, { epoch: 1, sequence: 9 });
  }
  return bound;
}

async function watch(looks: readonly Look[], bound: StockBound) {
  const told = new AbortController();
  const changeClock = new ChangeClock();
  const restocks = await watchRestocks({
    frontends: [{ name: 'frontend', url: await frontend(looks, told) }],
    products: ['tux', 'fox'],
    bound,
    changeClock,
    stop: told.signal,
  });
  return { restocks, isFresh: (name: string) => changeClock.isFresh(name, performance.now() - 1_000) };
}

describe('watchRestocks', () => {
  const before: Look = { sequence: 10, stock: { tux: 0, fox: 0 } };
  const oneRound: Look = { sequence: 12, stock: { tux: 3, fox: 0 } };
  const twoRounds: Look = { sequence: 14, stock: { tux: 3, fox: 3 } };

  it('lets the bound know of a restocking when one of a later round is seen', async () => {
    const bound = soldOut();

    const { restocks, isFresh } = await watch([before, oneRound, twoRounds], bound);

    expect(restocks).toBe(1);
    expect(bound.known('tux')).toEqual({ position: 4, version: { epoch: 1, sequence: 11 } });
    expect(bound.known('fox').position).toBe(3);
    expect([isFresh('tux'), isFresh('fox')]).toEqual([true, false]);
  });

  it('claims nothing of one that may be of the same round as the last', async () => {
    const bound = soldOut();

    const { restocks } = await watch([before, twoRounds], bound);

    expect(restocks).toBe(0);
    expect([bound.known('tux').position, bound.known('fox').position]).toEqual([3, 3]);
  });

  it('goes on beside frontends that refuse or do not answer', async () => {
    const bound = soldOut();

    const { restocks } = await watch([before, 'refused', oneRound, 'cut', twoRounds], bound);

    expect(restocks).toBe(1);
  });
});
