import { setMaxListeners } from 'node:events';
import type { VerifyReport } from '@toystore/lab';
import { type ChaosStore, leaseTimes, products, withChaosStore } from './chaos-store.js';
import { drawFaults, type Victim } from './faults/fault-plan.js';
import { harass } from './faults/nemesis.js';
import { describeOutage, type Outage } from './faults/outage.js';
import { SeededRandom } from './seeded-random.js';
import { shop } from './shopping/shopper.js';
import { ShoppingJournal } from './shopping/shopping-journal.js';
import { type CacheWaitVerdict, judgeCacheWaits } from './verdict/cache-waits.js';
import { fetchOrders } from './verdict/fetch-orders.js';
import { judgeOrders } from './verdict/judge-orders.js';
import { judgeSaleDelay, type SaleDelay } from './verdict/sale-delay.js';
import { watchingCacheWaits } from './verdict/watch-cache-waits.js';

export interface ChaosOptions {
  readonly seconds: number;
  readonly shoppers: number;
  readonly seed: number;
  readonly victims: readonly Victim[];
  readonly meanGapMs: number;
  /** Share of faults that are pauses, 0 to 1. */
  readonly pauseShare: number;
  /** Share of faults that are network cuts, 0 to 1. */
  readonly cutShare?: number;
  /** Share of faults inside the victim, such as a full disk or death at a certain point, 0 to 1; the rest are kills. */
  readonly sufferShare?: number;
  /** How many frontends; shoppers take turns at them. Default 1. */
  readonly frontends?: number;
  /** What a whole order may take beyond a lease when a cache is out of reach, ms. Default 1000. */
  readonly saleSlackMs?: number;
  readonly dataDir: string;
}

export interface ChaosReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly retries: number;
  readonly reads: number;
  readonly failedReads: number;
  readonly longestGapMs: number;
  readonly saleDelay: SaleDelay;
  readonly cacheWaits: CacheWaitVerdict;
  readonly faults: readonly Outage[];
  /** The faults in words, with the second at which each began. */
  readonly history: readonly string[];
  readonly verify: VerifyReport;
  readonly violations: readonly string[];
}

/** After the end, how long an order without an answer is still asked about. */
const settleMs = 30_000;

/** One store, shoppers, faults; then healing, and the verdict. Everything it started has ended when it returns. */
export function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  return withChaosStore({ dataDir: options.dataDir, frontends: options.frontends ?? 1 }, (running) =>
    runAgainst(running, options),
  );
}

async function runAgainst({ store, frontends, bound }: ChaosStore, options: ChaosOptions): Promise<ChaosReport> {
  const startMs = performance.now();
  const random = new SeededRandom(options.seed);
  const plan = drawFaults(random.split(), { ...options, cutShare: options.cutShare ?? 0 });
  const journal = new ShoppingJournal();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const shopping = Array.from({ length: options.shoppers }, (_, id) =>
    shop({ id, frontends, products, random: random.split(), bound, journal, stop: stop.signal, settleMs }),
  );
  const timer = setTimeout(() => stop.abort(), options.seconds * 1000);
  const { result: faults, readings } = await watchingCacheWaits(store, async () => {
    const done = await harass(store, plan, stop.signal).finally(() => {
      clearTimeout(timer);
      stop.abort();
    });
    await Promise.all(shopping);
    return done;
  });

  const verify = await store.verify();
  const stored = await fetchOrders(store.url, { records: journal.records, count: verify.orders });
  const saleDelay = judgeSaleDelay(journal.sales, faults, { ...leaseTimes, slackMs: options.saleSlackMs });
  const cacheWaits = judgeCacheWaits(readings, leaseTimes);
  const violations = [
    ...verify.violations.map(({ invariant, subject, detail }) => `${invariant}, ${subject}: ${detail}`),
    ...journal.staleReads,
    ...cacheWaits.violations,
    ...saleDelay.violations,
    ...judgeOrders(journal.records, stored),
  ];
  const count = (kind: string): number => journal.records.filter((record) => record.kind === kind).length;
  return {
    ok: violations.length === 0 && verify.ok,
    seed: options.seed,
    acknowledged: count('acknowledged'),
    refused: count('refused'),
    unknown: count('unknown'),
    retries: journal.retries,
    reads: journal.reads,
    failedReads: journal.failedReads,
    longestGapMs: Math.round(journal.longestGapMs()),
    saleDelay,
    cacheWaits,
    faults,
    history: faults.map((fault) => describeOutage(fault, startMs)),
    verify,
    violations,
  };
}
