import { describe, expect, it } from '@jest/globals';
import { batch, describeLogStore, run } from '../testing/log-store-conformance.js';
import { MemoryLogStore } from './memory-log-store.js';
import type { StorageFailedError } from './errors.js';

describeLogStore('MemoryLogStore', async () => {
  let held: Promise<void> | undefined;
  let nextFailure: string | undefined;
  let onFailure: ((error: StorageFailedError) => void) | undefined;
  const store = new MemoryLogStore({
    onFailure: (error) => onFailure?.(error),
    sync: async () => {
      await held;
      if (nextFailure === undefined) return;
      const error = Object.assign(new Error(`${nextFailure}: injected`), { code: nextFailure });
      nextFailure = undefined;
      throw error;
    },
  });
  return {
    newStore: (listener) => {
      onFailure = listener;
      return store;
    },
    crash: async () => {
      store.crash();
      held = undefined;
    },
    holdSyncs: () => {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    failNextSync: (code) => (nextFailure = code),
    commits: () => store.commits,
    dispose: async () => store.crash(),
  };
});

describe('MemoryLogStore', () => {
  it('loses in a crash exactly what was not synced', async () => {
    let release: () => void = () => undefined;
    let syncs = 0;
    const store = new MemoryLogStore({
      sync: () => (++syncs === 1 ? Promise.resolve() : new Promise((resolve) => (release = resolve))),
    });
    await store.open();
    await store.append(batch({ entries: run(1, 2, 1) }));
    void store.append(batch({ entries: run(3, 3, 1) }));

    store.crash();
    release();
    const restarted = await store.open();

    expect(restarted.entries.map((entry) => entry.index)).toEqual([1, 2]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.durableState().entries).toHaveLength(2);
  });
});
