import { setMaxListeners } from 'node:events';
import type { VerifyReport } from '@toystore/lab';
import { type ChaosStore, leaseTimes, products, withChaosStore } from '../chaos-store.js';
import { drawFaults, type Victim } from '../faults/fault-plan.js';
import { harass } from '../faults/nemesis.js';
import { describeOutage, type Outage } from '../faults/outage.js';
import { SeededRandom } from '../seeded-random.js';
import { ShoppingJournal } from '../shopping/shopping-journal.js';
import { type CacheWaitVerdict, judgeCacheWaits } from '../verdict/cache-waits.js';
import { fetchOrders } from '../verdict/fetch-orders.js';
import { judgeOrders } from '../verdict/judge-orders.js';
import { judgeSaleDelay, type SaleDelay } from '../verdict/sale-delay.js';
import { watchingCacheWaits } from '../verdict/watch-cache-waits.js';
import { ChangeClock } from './change-clock.js';
import { ruleCalled } from '../without/rules.js';
import { StoreCopy } from '../without/store-copy.js';
import { readProducts } from './product-reader.js';
import { sellProduct } from './product-writer.js';
import { type FrontendReads, ReadTally } from './read-tally.js';
import { watchRestocks } from './restock-watch.js';

export interface CoherenceOptions {
  /** Connections that read, spread over the frontends. */
  readonly readers: number;
  readonly frontends: number;
  /** The run ends when so many answers have been checked, or after `secondsMax`. */
  readonly reads: number;
  readonly secondsMax: number;
  readonly seed: number;
  /** Mean time from recovery to the next fault, ms. */
  readonly meanGapMs: number;
  /** What a whole order may take beyond a lease when a cache is out of reach, ms. Default 1000. */
  readonly saleSlackMs?: number;
  readonly dataDir: string;
  /** A rule that is taken out of the code that the store runs; see `rules`. Default: none. */
  readonly without?: string | undefined;
  /** Called a few times a second with the number of answers checked so far. */
  readonly onProgress?: (checked: number) => void;
}

export interface CoherenceReport {
  /** Nothing was stale, every promise about orders was kept, and as many reads were checked as were asked for. */
  readonly ok: boolean;
  readonly seed: number;
  readonly seconds: number;
  readonly checked: number;
  readonly stale: number;
  readonly byFrontend: Readonly<Record<string, FrontendReads>>;
  readonly sales: number;
  /** Restockings that were seen to be acknowledged. */
  readonly restocks: number;
  readonly saleDelay: SaleDelay;
  readonly cacheWaits: CacheWaitVerdict;
  readonly faults: readonly Outage[];
  /** The faults in words, with the second at which each began. */
  readonly history: readonly string[];
  readonly verify: VerifyReport;
  readonly violations: readonly string[];
}

/** Who can make a cache wrong. */
const victims: readonly Victim[] = ['catalog', 'frontend', 'frontend'];
const mix = { pauseShare: 0.33, cutShare: 0.42 } as const;
const readsUnderWay = 8;
const writerPauseMs = 60;
const soldOutPauseMs = 1_000;
/** Sold out after a few seconds, and more than is usually sold while one read is under way. */
const stock = 12;
const restockIntervalMs = 250;
const settleMs = 30_000;
/** How often the run looks at how far it is. */
const progressMs = 250;

/**
 * Readers at every frontend and one writer a product, while catalog and frontends are killed, paused and cut off; every
 * answer is held against the sales and restockings that were acknowledged before it was asked for.
 * Rejects with a `RangeError` or a `StalePatchError`, and has started nothing, when `without` cannot be taken out.
 */
export async function runCoherence(options: CoherenceOptions): Promise<CoherenceReport> {
  const { dataDir, frontends, without } = options;
  // A line for each read would be the largest part of the work.
  const env = { LOG_LEVEL: 'warn', RESTOCK_INTERVAL_MS: String(restockIntervalMs) };
  const copy = without === undefined ? undefined : await StoreCopy.without(ruleCalled(without));
  try {
    return await withChaosStore({ dataDir, frontends, stock, env, lab: copy?.lab }, (running) =>
      runAgainst(running, options),
    );
  } finally {
    await copy?.remove();
  }
}

async function runAgainst(
  { store, frontends, bound }: ChaosStore,
  options: CoherenceOptions,
): Promise<CoherenceReport> {
  const { readers, reads, secondsMax, seed, meanGapMs, onProgress } = options;
  const startMs = performance.now();
  const random = new SeededRandom(seed);
  const plan = drawFaults(random.split(), { ...mix, victims, meanGapMs });
  const journal = new ShoppingJournal();
  const tally = new ReadTally();
  const changeClock = new ChangeClock();
  const stop = new AbortController();
  // Every reader and writer listens to it.
  setMaxListeners(0, stop.signal);
  const watch = setInterval(() => {
    onProgress?.(tally.checked);
    if (tally.checked >= reads || performance.now() - startMs > secondsMax * 1000) stop.abort();
  }, progressMs);
  const shared = { bound, changeClock, stop: stop.signal };
  const work = [
    ...products.map((product, id) =>
      sellProduct({
        ...shared,
        random: random.split(),
        id,
        product,
        frontends,
        journal,
        meanPauseMs: writerPauseMs,
        meanSoldOutPauseMs: soldOutPauseMs,
        settleMs,
      }),
    ),
    ...Array.from({ length: readers }, (_, id) => {
      const frontend = frontends[id % frontends.length];
      if (frontend === undefined) throw new RangeError('There is no frontend to read from.');
      return readProducts({ ...shared, random: random.split(), frontend, products, tally, depth: readsUnderWay });
    }),
  ];
  const watchedRestocks = watchRestocks({ ...shared, frontends, products });
  const finished = Promise.all([...work, watchedRestocks]);
  // Who cannot go on ends the run; the failure itself is thrown below.
  finished.catch(() => stop.abort());
  const { result: faults, readings } = await watchingCacheWaits(store, async () => {
    const done = await harass(store, plan, stop.signal).finally(() => {
      clearInterval(watch);
      stop.abort();
    });
    await finished;
    return done;
  });
  const seconds = Math.round((performance.now() - startMs) / 1000);

  const verify = await store.verify();
  const stored = await fetchOrders(store.url, { records: journal.records, count: verify.orders });
  const saleDelay = judgeSaleDelay(journal.sales, faults, { ...leaseTimes, slackMs: options.saleSlackMs });
  const cacheWaits = judgeCacheWaits(readings, leaseTimes);
  const violations = [
    ...tally.wrong,
    ...verify.violations.map(({ invariant, subject, detail }) => `${invariant}, ${subject}: ${detail}`),
    ...cacheWaits.violations,
    ...saleDelay.violations,
    ...judgeOrders(journal.records, stored),
    ...(tally.checked < reads
      ? [`Only ${tally.checked} of ${reads} reads were checked in ${secondsMax} s: too few to say anything.`]
      : []),
  ];
  return {
    ok: violations.length === 0 && verify.ok,
    seed,
    seconds,
    checked: tally.checked,
    stale: tally.wrongCount,
    byFrontend: tally.byFrontend(),
    sales: journal.sales.length,
    restocks: await watchedRestocks,
    saleDelay,
    cacheWaits,
    faults,
    history: faults.map((fault) => describeOutage(fault, startMs)),
    verify,
    violations,
  };
}
