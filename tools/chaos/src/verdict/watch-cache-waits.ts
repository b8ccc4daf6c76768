import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheWaits, LocalStore } from '@toystore/lab';

/** What a killed catalog knew since the last look is lost. */
const lookEveryMs = 250;

type Asked = Pick<LocalStore, 'cacheWaits'>;

/**
 * Runs something against the store, and asks the catalog meanwhile and afterwards how long sales have waited for caches.
 * Its figures are of one process; asking often keeps those of the processes that are killed: one reading for each, its last.
 */
export async function watchingCacheWaits<T>(
  store: Asked,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly readings: readonly CacheWaits[] }> {
  const over = new AbortController();
  const [ran, watched] = await Promise.allSettled([run().finally(() => over.abort()), watch(store, over.signal)]);
  if (ran.status === 'rejected') throw ran.reason;
  if (watched.status === 'rejected') throw watched.reason;
  return { result: ran.value, readings: watched.value };
}

async function watch(store: Asked, over: AbortSignal): Promise<readonly CacheWaits[]> {
  const lastOf = new Map<number, CacheWaits>();
  const look = async (): Promise<void> => {
    const reading = await store.cacheWaits();
    if (reading !== undefined) lastOf.set(reading.pid, reading);
  };
  while (!over.aborted) {
    await look();
    await pause(over);
  }
  await look();
  return [...lastOf.values()];
}

async function pause(over: AbortSignal): Promise<void> {
  try {
    await sleep(lookEveryMs, undefined, { signal: over });
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}
