import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as labOfTheStore from '@toystore/lab';
import type { FrontendAddress } from './shopping/frontend-address.js';
import type { LeaseTimes } from './verdict/sale-delay.js';
import { StockBound } from './verdict/stock-bound.js';

export const products = [
  'tux',
  'whale',
  'fox',
  'elephant',
  'dolphin',
  'monopoly',
  'lego',
  'marbles',
  'frisbee',
  'bicycle',
];
/** More than a run can sell: nothing is restocked. */
const endlessStock = 10_000_000;
/** The catalog's limit. */
const restockLevelMax = 1_000_000;
/** Said to the catalog, so that the verdict knows them; its `renewGuardMs` is fixed. */
export const leaseTimes: LeaseTimes = { leaseMs: 2_000, renewGuardMs: 250 };

export interface ChaosStore {
  readonly store: labOfTheStore.LocalStore;
  readonly frontends: readonly FrontendAddress[];
  /** Knows the stock of every product at the start. */
  readonly bound: StockBound;
}

export interface ChaosStoreOptions {
  readonly dataDir: string;
  readonly frontends: number;
  /** Of each product: what there is at the start, and what it is filled up to when it is sold out. */
  readonly stock?: number;
  /** Of the code that is to run; default: what is built here. */
  readonly lab?: Pick<typeof labOfTheStore, 'startStore'> | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** A store of real processes on free ports whose network can be cut. Everything it started has ended when this returns. */
export async function withChaosStore<T>(
  { dataDir, frontends, stock = endlessStock, lab = labOfTheStore, env = {} }: ChaosStoreOptions,
  run: (running: ChaosStore) => Promise<T>,
): Promise<T> {
  await mkdir(dataDir, { recursive: true });
  const csv = join(dataDir, 'toys.csv');
  await writeFile(csv, ['name,quantity,price', ...products.map((name) => `${name},${stock},9.99`)].join('\n') + '\n');
  const store = await lab.startStore({
    port: 'free',
    dataDir,
    frontends,
    faults: true,
    env: {
      ...env,
      TOYS_CSV: csv,
      RESTOCK_LEVEL: String(Math.min(stock, restockLevelMax)),
      LEASE_MS: String(leaseTimes.leaseMs),
    },
  });
  const bound = new StockBound();
  for (const name of products) bound.learn(name, stock);
  try {
    const addresses = store.services.flatMap(({ name, spec }) =>
      spec.kind === 'frontend' ? [{ name, url: spec.url }] : [],
    );
    return await run({ store, frontends: addresses, bound });
  } finally {
    await store.stop();
  }
}
