import { randomBytes } from 'node:crypto';
import type { LocalStore } from '@toystore/lab';
import { pidOf, withStore } from './bench-store.js';
import { cacheContestants, contestantTitles } from './cache-contestants.js';
import { coldCount, type DeleteFigures, type DeleteTarget, measureDeletes, warmUpCount } from './cache-deletes.js';
import { startNginxCache } from './cache-nginx.js';
import { median, round } from './figures.js';
import { loadGet, type LoadFigures } from './http-load.js';
import type { Measurement } from './measurement.js';
import { startYardstick, type Yardstick } from './yardstick.js';

const path = '/products/tux';
const connections = 16;
const bareName = 'bare Fastify, the bytes alone';
const storeName = "the store's frontend, all headers";
const nginxName = 'nginx proxy_cache hit';
const bareDelete = 'bare Fastify that does nothing';
const frameworkDelete = 'a cache alone, behind the framework';
const rawDelete = 'a cache alone, in front of the framework';
const storeDelete = "the store's frontend, among its five other processes";
const deleteRounds = 5;
const warmUpRounds = 3;

interface Contestant {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly rounds: LoadFigures[];
}

/**
 * A cached product from a bare Fastify route, our three ways, a Nest handler without a cache, Nest's own interceptor and, where
 * one is installed, nginx: the same bytes, interleaved rounds, each server a process of its own. Then what a DELETE takes.
 */
export async function benchCache({ rounds = 21, seconds = 0.5, deletes = 2_000 } = {}): Promise<Measurement> {
  const secret = randomBytes(32).toString('base64url');
  return withStore((store) => measure(store, { secret, rounds, seconds, deletes }), {
    // A log line for each request is not what is compared.
    env: { CLUSTER_SECRET: secret, LOG_LEVEL: 'warn' },
  });
}

async function measure(
  store: LocalStore,
  { secret, rounds, seconds, deletes }: { secret: string; rounds: number; seconds: number; deletes: number },
): Promise<Measurement> {
  const body = await (await fetch(`${store.url}${path}`)).text();
  const started: Yardstick[] = [];
  const contestants: Contestant[] = [];
  const enter = (name: string, { url, pid }: { readonly url: string; readonly pid: number }): void => {
    contestants.push({ name, url: `${url}${path}`, pid, rounds: [] });
  };
  try {
    const bare = await startYardstick('bare-fastify.js', { BODY: body });
    started.push(bare);
    enter(bareName, bare);
    enter(storeName, { url: store.url, pid: await pidOf(store, 'frontend') });
    for (const contestant of cacheContestants) {
      const server = await startYardstick('cache-server.js', { BODY: body, CONTESTANT: contestant });
      started.push(server);
      enter(contestantTitles[contestant], server);
    }
    const nginx = await startNginxCache(bare.url, path);
    if (nginx !== undefined) {
      started.push(nginx);
      enter(nginxName, nginx);
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
    const deleted = await measureDeletes(
      [
        { name: bareDelete, url: bare.url, receiver, key: () => 'products/tux' },
        { name: frameworkDelete, url: await cacheAlone('framework'), receiver, key: held },
        { name: rawDelete, url: await cacheAlone('raw'), receiver, key: held },
        frontendOf(store),
      ],
      { secret, rounds: deleteRounds, count: deletes },
    );
    return report(contestants, { deleted, rounds, seconds });
  } finally {
    for (const server of started) await server.stop();
  }
}

/** Its products stay where they are: this one does not exist. The frontend does the same work for it but for the entry. */
function frontendOf(store: LocalStore): DeleteTarget {
  const frontend = store.services.find(({ name }) => name === 'frontend')?.spec;
  if (frontend === undefined) throw new Error('The store has no frontend.');
  return {
    name: storeDelete,
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

function report(
  contestants: readonly Contestant[],
  { deleted, rounds, seconds }: { deleted: readonly DeleteFigures[]; rounds: number; seconds: number },
): Measurement {
  const cpuOf = (name: string): number[] =>
    contestants
      .find((contestant) => contestant.name === name)
      ?.rounds.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest) ?? [];
  /** How many requests `name` answers with the CPU time that `other` needs for one: the median over the rounds. */
  const ratio = (name: string, other: string): number => {
    const others = cpuOf(other);
    return round(median(cpuOf(name).map((micros, offset) => (others[offset] as number) / micros)), 2);
  };
  const fastPath = ratio(contestantTitles.raw, bareName);
  const inStore = ratio(storeName, bareName);
  const interceptor = ratio(contestantTitles.interceptor, contestantTitles.plain);
  const pipeline = ratio(contestantTitles.pipeline, contestantTitles.plain);
  const told = ({ name, p50Ms, p99Ms, coldP99Ms }: DeleteFigures): string =>
    `${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, of the first ${coldCount} calls ${coldP99Ms} ms`;
  const ownDeletes = deleted.filter(({ name }) => name === rawDelete || name === storeDelete);
  const hasNginx = contestants.some(({ name }) => name === nginxName);
  return {
    title: 'A cached product, and its invalidation',
    conditions:
      `${rounds} interleaved rounds of ${seconds} s after a warm-up, ${connections} kept-alive connections, load on the same machine; medians` +
      (hasNginx ? '' : '. nginx is not installed: left out'),
    columns: ['answered by', 'requests/s', 'CPU µs/request', 'p99 ms', 'CPU: bare Fastify = 1'],
    rows: [
      ...contestants.map(({ name, rounds: figures }) => [
        name,
        Math.round(median(figures.map(({ requestsPerSecond }) => requestsPerSecond))),
        round(median(cpuOf(name))),
        round(median(figures.map(({ p99Ms }) => p99Ms)), 2),
        ratio(name, bareName),
      ]),
      ...deleted.map(({ name, count, p50Ms, p99Ms }) => [
        `DELETE (${count} in turn, warm), ${name}`,
        Math.round(1000 / p50Ms),
        '',
        p99Ms,
        '',
      ]),
    ],
    goals: [
      {
        goal: 'the raw fast path at 0.95 of bare Fastify or better',
        measured: String(fastPath),
        met: fastPath >= 0.95,
      },
      { goal: "the store's frontend at 0.9 of bare Fastify or better", measured: String(inStore), met: inStore >= 0.9 },
      {
        goal: 'our interceptor no slower than the handler without a cache',
        measured: `${interceptor} of it, ${ratio(contestantTitles.interceptor, contestantTitles.plainWithHeaders)} of it with the same headers; among other interceptors ${pipeline}, where one that does nothing reaches ${ratio(contestantTitles.floor, contestantTitles.plain)}`,
        met: interceptor >= 1,
      },
      {
        goal: 'a signed DELETE acknowledged within 1 ms at p99, in front of the framework and in the store',
        measured: deleted.map(told).join('; '),
        met: ownDeletes.length === 2 && ownDeletes.every(({ p99Ms }) => p99Ms < 1),
      },
    ],
  };
}
