import { contestantTitles } from './cache-contestants.js';
import { coldCount, type DeleteSamples } from './cache-deletes.js';
import { median, quantile, round } from './figures.js';
import type { LoadFigures } from './http-load.js';
import type { Measurement } from './measurement.js';

/** What those who are no way of the cache are called. */
export const titles = {
  bare: 'bare Fastify, the bytes alone',
  store: "the store's frontend, all headers",
  nginx: 'nginx proxy_cache hit',
  bareDelete: 'bare Fastify that does nothing',
  frameworkDelete: 'a cache alone, behind the framework',
  rawDelete: 'a cache alone, in front of the framework',
  storeDelete: "the store's frontend, among its five other processes",
} as const;

export interface ContestantRounds {
  readonly name: string;
  readonly rounds: readonly LoadFigures[];
}

/** What was measured with one start of every process. */
export interface CacheGeneration {
  /** Every contestant with as many rounds. */
  readonly contestants: readonly ContestantRounds[];
  readonly deletes: readonly DeleteSamples[];
}

/** How many requests one contestant answers with the CPU time that another needs for one. */
interface Ratio {
  /** The median over all rounds. */
  readonly value: number;
  /** With the least and the greatest median of a generation. */
  readonly text: string;
}

export function reportCache(
  generations: readonly CacheGeneration[],
  { rounds, seconds, connections }: { readonly rounds: number; readonly seconds: number; readonly connections: number },
): Measurement {
  const names = generations[0]?.contestants.map(({ name }) => name) ?? [];
  const roundsOf = (name: string): readonly LoadFigures[] => generations.flatMap((each) => roundsIn(each, name));
  const ratio = (name: string, other: string): Ratio => {
    const byGeneration = generations.map((each) => ratiosIn(each, name, other));
    const medians = byGeneration.map((ratios) => round(median(ratios), 2));
    const value = round(median(byGeneration.flat()), 2);
    return { value, text: `${value} (${Math.min(...medians)} to ${Math.max(...medians)} by generation)` };
  };
  const deletes = poolDeletes(generations);
  const ownDeletes = deletes.filter(({ name }) => name === titles.rawDelete || name === titles.storeDelete);
  const fastPath = ratio(contestantTitles.raw, titles.bare);
  const inStore = ratio(titles.store, titles.bare);
  const interceptor = ratio(contestantTitles.interceptor, contestantTitles.plain);
  return {
    title: 'A cached product, and its invalidation',
    conditions:
      `${generations.length} generations of processes, ${rounds} interleaved rounds of ${seconds} s each after a warm-up, ${connections} kept-alive connections, load on the same machine; medians` +
      (names.includes(titles.nginx) ? '' : '. nginx is not installed: left out'),
    columns: ['answered by', 'requests/s', 'CPU µs/request', 'p99 ms', 'CPU: bare Fastify = 1'],
    rows: [
      ...names.map((name) => [
        name,
        Math.round(median(roundsOf(name).map(({ requestsPerSecond }) => requestsPerSecond))),
        round(median(roundsOf(name).map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest))),
        round(median(roundsOf(name).map(({ p99Ms }) => p99Ms)), 2),
        ratio(name, titles.bare).value,
      ]),
      ...deletes.map(({ name, tookMs }) => [
        `DELETE (${tookMs.length} in turn, warm), ${name}`,
        Math.round(1000 / quantile(tookMs, 0.5)),
        '',
        round(quantile(tookMs, 0.99), 3),
        '',
      ]),
    ],
    goals: [
      {
        goal: 'the raw fast path at 0.95 of bare Fastify or better',
        measured: fastPath.text,
        met: fastPath.value >= 0.95,
      },
      {
        goal: "the store's frontend at 0.9 of bare Fastify or better",
        measured: inStore.text,
        met: inStore.value >= 0.9,
      },
      {
        goal: 'our interceptor no slower than the handler without a cache',
        measured: [
          interceptor.text,
          `${ratio(contestantTitles.interceptor, contestantTitles.plainWithHeaders).value} of it with the same headers`,
          `among other interceptors ${ratio(contestantTitles.pipeline, contestantTitles.plain).value}, where one that does nothing reaches ${ratio(contestantTitles.floor, contestantTitles.plain).value}`,
        ].join('; '),
        met: interceptor.value >= 1,
      },
      {
        goal: 'a signed DELETE acknowledged within 1 ms at p99, in front of the framework and in the store',
        measured: deletes.map(deleteWords).join('; '),
        met: ownDeletes.length === 2 && ownDeletes.every(({ tookMs }) => quantile(tookMs, 0.99) < 1),
      },
    ],
  };
}

function roundsIn({ contestants }: CacheGeneration, name: string): readonly LoadFigures[] {
  return contestants.find((contestant) => contestant.name === name)?.rounds ?? [];
}

/** Round by round, so that a slower second of the machine is in both. */
function ratiosIn(generation: CacheGeneration, name: string, other: string): readonly number[] {
  const others = roundsIn(generation, other);
  return roundsIn(generation, name).map(
    ({ cpuMicrosPerRequest }, number) => (others[number]?.cpuMicrosPerRequest ?? NaN) / cpuMicrosPerRequest,
  );
}

function poolDeletes(generations: readonly CacheGeneration[]): readonly DeleteSamples[] {
  const pooled = new Map<string, { name: string; coldMs: number[]; tookMs: number[] }>();
  for (const { name, coldMs, tookMs } of generations.flatMap(({ deletes }) => deletes)) {
    const pool = pooled.get(name) ?? { name, coldMs: [], tookMs: [] };
    pooled.set(name, pool);
    pool.coldMs.push(...coldMs);
    pool.tookMs.push(...tookMs);
  }
  return [...pooled.values()];
}

function deleteWords({ name, coldMs, tookMs }: DeleteSamples): string {
  const figure = (samples: readonly number[], q: number): string => `${round(quantile(samples, q), 3)} ms`;
  return `${name}: p50 ${figure(tookMs, 0.5)}, p99 ${figure(tookMs, 0.99)}, of the first ${coldCount} calls ${figure(coldMs, 0.99)}`;
}
