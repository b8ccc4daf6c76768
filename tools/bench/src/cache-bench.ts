import { randomBytes } from 'node:crypto';
import type { LocalStore } from '@toystore/lab';
import { pidOf, withStore } from './bench-store.js';
import { cacheContestants, contestantTitles } from './cache-contestants.js';
import { type DeleteTarget, measureDeletes, warmUpCount } from './cache-deletes.js';
import { startNginxCache } from './cache-nginx.js';
import { type CacheGeneration, reportCache, titles } from './cache-report.js';
import { loadGet, type LoadFigures } from './http-load.js';
import type { Measurement } from './measurement.js';
import { startYardstick, type Yardstick } from './yardstick.js';

const path = '/products/tux';
const connections = 16;
const deleteRounds = 5;
const warmUpRounds = 3;

interface Contestant {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly rounds: LoadFigures[];
}

interface Extent {
  readonly secret: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly deletes: number;
}

/**
 * A cached product from a bare Fastify route, our three ways, a Nest handler without a cache, Nest's own interceptor and, where
 * one is installed, nginx: the same bytes, interleaved rounds, each server a process of its own. Then what a DELETE takes.
 * All of it with several generations of processes, because what a process has been compiled to is partly luck, and stays.
 */
export async function benchCache({
  generations = 3,
  rounds = 7,
  seconds = 0.5,
  deletes = 800,
} = {}): Promise<Measurement> {
  const secret = randomBytes(32).toString('base64url');
  const measured: CacheGeneration[] = [];
  for (let number = 0; number < generations; number += 1) {
    measured.push(
      await withStore((store) => measureGeneration(store, { secret, rounds, seconds, deletes }), {
        // A log line for each request is not what is compared.
        env: { CLUSTER_SECRET: secret, LOG_LEVEL: 'warn' },
      }),
    );
  }
  return reportCache(measured, { rounds, seconds, connections });
}

async function measureGeneration(
  store: LocalStore,
  { secret, rounds, seconds, deletes }: Extent,
): Promise<CacheGeneration> {
  const body = await (await fetch(`${store.url}${path}`)).text();
  const started: Yardstick[] = [];
  const contestants: Contestant[] = [];
  const enter = (name: string, { url, pid }: { readonly url: string; readonly pid: number }): void => {
    contestants.push({ name, url: `${url}${path}`, pid, rounds: [] });
  };
  try {
    const bare = await startYardstick('bare-fastify.js', { BODY: body });
    started.push(bare);
    enter(titles.bare, bare);
    enter(titles.store, { url: store.url, pid: await pidOf(store, 'frontend') });
    for (const contestant of cacheContestants) {
      const server = await startYardstick('cache-server.js', { BODY: body, CONTESTANT: contestant });
      started.push(server);
      enter(contestantTitles[contestant], server);
    }
    const nginx = await startNginxCache(bare.url, path);
    if (nginx !== undefined) {
      started.push(nginx);
      enter(titles.nginx, nginx);
    }
    for (const { name, url } of contestants) await requireSameBody(name, url, body);
    await runRounds(contestants, { rounds, seconds });
    const receiver = 'cache';
    const cacheAlone = async (way: 'framework' | 'raw'): Promise<string> => {
      const server = await startYardstick('invalidation-server.js', {
        CLUSTER_SECRET: secret,
        RECEIVER: receiver,
        WAY: way,
        ENTRIES: String(warmUpCount + deleteRounds * deletes),
      });
      started.push(server);
      return server.url;
    };
    const held = (number: number): string => `products/p${number}`;
    const deletesMs = await measureDeletes(
      [
        { name: titles.bareDelete, url: bare.url, receiver, key: () => 'products/tux' },
        { name: titles.frameworkDelete, url: await cacheAlone('framework'), receiver, key: held },
        { name: titles.rawDelete, url: await cacheAlone('raw'), receiver, key: held },
        frontendOf(store),
      ],
      { secret, rounds: deleteRounds, count: deletes },
    );
    return { contestants, deletes: deletesMs };
  } finally {
    for (const server of started) await server.stop();
  }
}

/** Its products stay where they are: this one does not exist. The frontend does the same work for it but for the entry. */
function frontendOf(store: LocalStore): DeleteTarget {
  const frontend = store.services.find(({ name }) => name === 'frontend')?.spec;
  if (frontend === undefined) throw new Error('The store has no frontend.');
  return {
    name: titles.storeDelete,
    url: `http://127.0.0.1:${frontend.env['INTERNAL_PORT']}`,
    receiver: frontend.nodeId,
    key: () => 'products/not-a-toy',
  };
}

async function requireSameBody(name: string, url: string, body: string): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    const text = await (await fetch(url)).text();
    if (text !== body) throw new Error(`${name} answered ${text} instead of ${body}.`);
  }
}

/** Every contestant once a round, each round beginning with another one, so that a slower minute of the machine hits all. */
async function runRounds(
  contestants: readonly Contestant[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<void> {
  for (let number = 1 - warmUpRounds; number <= rounds; number += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const {
        url,
        pid,
        rounds: figures,
      } = contestants[(warmUpRounds + number + turn) % contestants.length] as Contestant;
      const load = await loadGet({ url, pid, seconds, connections });
      if (number > 0) figures.push(load);
    }
  }
}
