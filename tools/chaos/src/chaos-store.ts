import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalStore, startStore } from '@toystore/lab';
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
/** More than a run can sell, so that nothing is restocked and the bound on shown stock is exact. */
const initialStock = 10_000_000;
/** Said to the catalog, so that the verdict knows them; its `renewGuardMs` is fixed. */
export const leaseTimes: LeaseTimes = { leaseMs: 2_000, renewGuardMs: 250 };

export interface ChaosStore {
  readonly store: LocalStore;
  readonly frontends: readonly FrontendAddress[];
  /** Knows the stock of every product at the start. */
  readonly bound: StockBound;
}

/** A store of real processes on free ports whose network can be cut. Everything it started has ended when this returns. */
export async function withChaosStore<T>(
  { dataDir, frontends, env = {} }: { dataDir: string; frontends: number; env?: Record<string, string> },
  run: (running: ChaosStore) => Promise<T>,
): Promise<T> {
  await mkdir(dataDir, { recursive: true });
  const csv = join(dataDir, 'toys.csv');
  await writeFile(
    csv,
    ['name,quantity,price', ...products.map((name) => `${name},${initialStock},9.99`)].join('\n') + '\n',
  );
  const store = await startStore({
    port: 'free',
    dataDir,
    frontends,
    faults: true,
    env: { ...env, TOYS_CSV: csv, LEASE_MS: String(leaseTimes.leaseMs) },
  });
  const bound = new StockBound();
  for (const name of products) bound.learn(name, initialStock);
  try {
    const addresses = store.services.flatMap(({ name, spec }) =>
      spec.kind === 'frontend' ? [{ name, url: spec.url }] : [],
    );
    return await run({ store, frontends: addresses, bound });
  } finally {
    await store.stop();
  }
}
