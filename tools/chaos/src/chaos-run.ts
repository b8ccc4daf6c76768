import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import { startStore, type LocalStore, type VerifyReport } from '@toystore/lab';
import { drawFaults, type Victim } from './fault-plan.js';
import { type FaultDone, harass } from './nemesis.js';
import type { StoredOrder } from './order-record.js';
import { SeededRandom } from './seeded-random.js';
import { shop, ShoppingJournal } from './shopper.js';
import { StockBound } from './stock-bound.js';
import { judgeOrders } from './verdict.js';

export interface ChaosOptions {
  readonly seconds: number;
  readonly shoppers: number;
  readonly seed: number;
  readonly victims: readonly Victim[];
  readonly meanGapMs: number;
  readonly pauseShare: number;
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
  readonly faults: readonly FaultDone[];
  readonly verify: VerifyReport;
  readonly violations: readonly string[];
}

const products = ['tux', 'whale', 'fox', 'elephant', 'dolphin', 'monopoly', 'lego', 'marbles', 'frisbee', 'bicycle'];
/** More than a run can sell, so that nothing is restocked and the bound on shown stock is exact. */
const initialStock = 10_000_000;

/** One store, shoppers, faults; then healing, and the verdict. Everything it started has ended when it returns. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  await mkdir(options.dataDir, { recursive: true });
  const csv = join(options.dataDir, 'toys.csv');
  await writeFile(csv, ['name,quantity,price', ...products.map((name) => `${name},${initialStock},9.99`)].join('\n') + '\n');
  const store = await startStore({ port: 'free', dataDir: options.dataDir, env: { TOYS_CSV: csv } });
  try {
    return await runAgainst(store, options);
  } finally {
    await store.stop();
  }
}

async function runAgainst(store: LocalStore, options: ChaosOptions): Promise<ChaosReport> {
  const random = new SeededRandom(options.seed);
  const plan = drawFaults(random.split(), options);
  const journal = new ShoppingJournal();
  const bound = new StockBound();
  for (const name of products) bound.learn(name, initialStock);
  const stop = new AbortController();
  const shopping = Array.from({ length: options.shoppers }, (_, id) =>
    shop({ id, url: store.url, products, random: random.split(), bound, journal, stop: stop.signal, settleMs: 30_000 }),
  );
  const faults = await harass(store, plan, options.seconds * 1000);
  stop.abort();
  await Promise.all(shopping);

  const verify = await store.verify();
  const stored = await fetchAcknowledged(store, journal, verify.orders);
  const violations = [...verify.violations.map(({ invariant, subject, detail }) => `${invariant}, ${subject}: ${detail}`), ...journal.staleReads, ...judgeOrders(journal.records, stored)];
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
    faults,
    verify,
    violations,
  };
}

/** Reads every order back through the public API, as a shopper would. */
async function fetchAcknowledged(store: LocalStore, journal: ShoppingJournal, count: number): Promise<StoredOrder[]> {
  const transport = new UndiciTransport({ baseUrl: store.url, receiver: 'store', connections: 8 });
  const client = new StoreClient(transport, { sessionId: 'chaos-verdict' });
  const stored: StoredOrder[] = [];
  try {
    const numbers = Array.from({ length: Math.max(count, highestNumber(journal) + 1) }, (_, number) => number);
    const workers = Array.from({ length: 8 }, async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        const answer = await client.order(number, { deadlineMs: 15_000 });
        if (answer.kind === 'order') stored.push(answer.order);
      }
    });
    await Promise.all(workers);
  } finally {
    await transport.close();
  }
  return stored;
}

function highestNumber(journal: ShoppingJournal): number {
  return journal.records.reduce((highest, record) => (record.kind === 'acknowledged' ? Math.max(highest, record.number) : highest), -1);
}
