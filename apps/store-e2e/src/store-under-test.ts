import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import { type LocalStore, type ProcessExit, startStore } from '@toystore/lab';

export interface StoreUnderTest {
  readonly store: LocalStore;
  readonly dataDir: string;
  readonly shop: StoreClient;
  /** Every end of a process that nobody asked for, in order. */
  readonly exits: readonly (ProcessExit & { readonly name: string })[];
  stop(): Promise<void>;
}

export const toys = ['tux', 'whale', 'fox', 'elephant', 'dolphin', 'monopoly', 'lego', 'marbles', 'frisbee', 'bicycle'];

/** A store of real processes, five with one frontend, on free ports with its own data folder. */
export async function startStoreUnderTest({
  port = 'free',
  stock,
  env = {},
  faults = false,
  frontends = 1,
}: {
  port?: number | 'free';
  stock?: number;
  env?: Record<string, string>;
  faults?: boolean;
  frontends?: number;
} = {}): Promise<StoreUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toystore-e2e-'));
  const settings = { ...env };
  if (stock !== undefined) {
    settings['TOYS_CSV'] = join(dataDir, 'toys.csv');
    await writeFile(
      settings['TOYS_CSV'],
      ['name,quantity,price', ...toys.map((name) => `${name},${stock},9.99`)].join('\n') + '\n',
    );
  }
  const exits: (ProcessExit & { name: string })[] = [];
  const store = await startStore({
    port,
    dataDir,
    env: settings,
    faults,
    frontends,
    onUnexpectedExit: (name, exit) => exits.push({ name, ...exit }),
  });
  const transport = new UndiciTransport({ baseUrl: store.url, receiver: 'store', connections: 8 });
  return {
    store,
    dataDir,
    exits,
    shop: new StoreClient(transport, { sessionId: 'e2e' }),
    async stop() {
      await transport.close();
      await store.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Polls until the condition holds; the limit is for a broken store, not for a slow machine. */
export async function until(what: string, condition: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`Waited ${limitMs / 1000} s in vain until ${what}.`);
}
