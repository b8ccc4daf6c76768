import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore, type LocalStore } from '@toystore/lab';

export const benchProducts = [
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

/** A real store on free ports with more stock than a measurement can sell; gone afterwards. */
export async function withStore<T>(
  measure: (store: LocalStore) => Promise<T>,
  { env = {} }: { readonly env?: Record<string, string> } = {},
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toystore-bench-'));
  try {
    const csv = join(dataDir, 'toys.csv');
    await writeFile(
      csv,
      ['name,quantity,price', ...benchProducts.map((name) => `${name},100000000,9.99`)].join('\n') + '\n',
    );
    const store = await startStore({ port: 'free', dataDir, env: { ...env, TOYS_CSV: csv } });
    try {
      return await measure(store);
    } finally {
      await store.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

export async function pidOf(store: LocalStore, name: string): Promise<number> {
  const { services } = await store.status();
  const pid = services.find((service) => service.name === name)?.pid;
  if (typeof pid !== 'number')
    throw new Error(`${name} has no process; running: ${services.map((service) => service.name).join(', ')}.`);
  return pid;
}
