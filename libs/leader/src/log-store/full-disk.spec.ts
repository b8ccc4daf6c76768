import { describe, expect, it, jest } from '@jest/globals';
import { batch, run, snapshot } from '../testing/log-store-conformance.js';
import { StorageFailedError } from './errors.js';
import type { FileLogStoreOptions } from './file-log-store-options.js';
import { FileLogStore } from './file-log-store.js';
import type { StoreCondition } from './log-store.js';
import { FaultyFileOps } from './testing/faulty-file-ops.js';
import type { FaultPlan, FileOperation } from './testing/faulty-file-ops.js';
import { afterBatch, describeState, emptyState, scriptedBatches } from './testing/scripted-log.js';
import { seededRandom } from './testing/seeded-random.js';
import { keepNothing, SimulatedDisk } from './testing/simulated-disk.js';

// Hundreds of small runs: seconds on an idle machine, and no promise about a busy one.
jest.setTimeout(120_000);

const needsSpace: ReadonlySet<FileOperation> = new Set(['write', 'create']);
const full: FaultPlan = ({ operation }) => (needsSpace.has(operation) ? { kind: 'fail', code: 'ENOSPC' } : undefined);

/** A store on a disk that can be filled; it pauses until it is told to look again. */
async function setUp(options: Partial<FileLogStoreOptions> = {}) {
  const disk = new SimulatedDisk();
  const files = new FaultyFileOps(disk);
  const conditions: StoreCondition[] = [];
  const failures: StorageFailedError[] = [];
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const store = new FileLogStore({
    dataDir: '/data',
    segmentBytesMax: 4096,
    claimBytes: 512,
    files,
    processes: disk.processes,
    onFailure: (error) => failures.push(error),
    onCondition: (condition) => conditions.push(condition),
    pause: (ms) => new Promise((resolve) => pauses.push({ ms, end: resolve })),
    ...options,
  });
  await store.open();
  const recovered = async (): Promise<string> => {
    disk.crash(keepNothing);
    return describeState(await storeOn(disk).open());
  };
  const tryAgain = async (): Promise<void> => {
    pauses.at(-1)?.end();
    await turns();
  };
  return { disk, files, store, conditions, failures, pauses, recovered, tryAgain };
}

function storeOn(disk: SimulatedDisk): FileLogStore {
  return new FileLogStore({ dataDir: '/data', onFailure: () => undefined, processes: disk.processes, files: disk });
}

async function turns(): Promise<void> {
  for (let count = 0; count < 4; count++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether it has resolved by now; a rejection counts as a failure of the test. */
function watch(promise: Promise<void>): { settled: boolean } {
  const watched = { settled: false };
  promise.then(
    () => (watched.settled = true),
    (error: unknown) => (watched.settled = error instanceof Error && error.message === 'never'),
  );
  return watched;
}

describe('a disk that is full', () => {
  it('delays what is appended until there is space, and tells when it begins and ends', async () => {
    const { files, store, conditions, failures, recovered, tryAgain } = await setUp();
    await store.append(batch({ entries: run(1, 1, 1) }));
    files.plan = full;
    const appended = [2, 3].map((index) => watch(store.append(batch({ entries: run(index, index, 1) }))));
    await turns();
    await tryAgain();
    const whileFull = appended.map(({ settled }) => settled);

    files.plan = () => undefined;
    await tryAgain();
    await turns();

    expect([whileFull, appended.map(({ settled }) => settled)]).toEqual([
      [false, false],
      [true, true],
    ]);
    expect([conditions, failures]).toEqual([['full', 'writable'], []]);
    expect(await recovered()).toContain('3:1:c');
  });

  it('is asked again after longer and longer pauses, up to five seconds', async () => {
    const { files, store, pauses, tryAgain } = await setUp();
    files.plan = full;
    watch(store.append(batch({ entries: run(1, 1, 1) })));
    await turns();

    for (let count = 0; count < 8; count++) await tryAgain();

    expect(pauses.map(({ ms }) => ms)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('loses nothing and keeps nothing in part, wherever in a history it runs full and for how long', async () => {
    const batches = scriptedBatches(seededRandom(5), 28);
    const states = batches.reduce((known, each) => [...known, afterBatch(known.at(-1)!, each)], [emptyState]);
    for (let at = 1, filled = true; filled; at++) {
      filled = false;
      const disk = new SimulatedDisk();
      let calls = 0;
      let attempts = 0;
      const files = new FaultyFileOps(disk);
      const fillAt: FaultPlan = ({ operation, bytes }) => {
        if (!needsSpace.has(operation) || ++calls < at || attempts >= 3) return undefined;
        attempts += 1;
        filled = true;
        // A disk that runs full takes a part first, and says why only when it is asked for the rest.
        if (attempts === 1 && bytes > 1) return { kind: 'short', bytes: Math.floor(bytes / 2) };
        return { kind: 'fail', code: 'ENOSPC' };
      };
      const store = new FileLogStore({
        dataDir: '/data',
        segmentBytesMax: 4096,
        claimBytes: 512,
        files,
        processes: disk.processes,
        pause: () => Promise.resolve(),
        onFailure: (error) => expect(error).toBeUndefined(),
      });
      await store.open();
      files.plan = fillAt;
      const half = Math.floor(batches.length / 2);
      for (const each of batches.slice(0, half)) await store.append(each);
      const middle = disk.copy();
      middle.crash(keepNothing);
      for (const each of batches.slice(half)) await store.append(each);
      disk.crash(keepNothing);

      const recovered = [await storeOn(middle).open(), await storeOn(disk).open()].map(describeState);

      expect({ at, recovered }).toEqual({ at, recovered: [states[half]!, states.at(-1)!].map(describeState) });
    }
  });

  it('leaves a log that recovers to what was acknowledged when the process is killed meanwhile', async () => {
    const { disk, files, store } = await setUp({ claimBytes: 0 });
    await store.append(batch({ entries: run(1, 2, 1) }));
    let isFirst = true;
    files.plan = ({ operation, bytes }) => {
      if (!needsSpace.has(operation)) return undefined;
      if (isFirst) {
        isFirst = false;
        return { kind: 'short', bytes: bytes - 3 };
      }
      return { kind: 'fail', code: 'ENOSPC' };
    };
    watch(store.append(batch({ entries: run(3, 3, 1) })));
    await turns();

    disk.kill();
    const restarted = storeOn(disk);

    expect((await restarted.open()).entries.map(({ index }) => index)).toEqual([1, 2]);
    await restarted.append(batch({ entries: run(3, 3, 2) }));
  });

  it('acknowledges a frame that found its space, although no more could be claimed', async () => {
    const { files, store, conditions } = await setUp({ segmentBytesMax: 8192, claimBytes: 1024 });
    let room = 1024;
    files.plan = ({ operation, bytes, offset }) => {
      if (operation !== 'write' || offset === 0) return undefined;
      if (bytes <= room) return void (room -= bytes);
      return { kind: 'fail', code: 'ENOSPC' };
    };

    for (let index = 1; index <= 12; index++) await store.append(batch({ entries: run(index, index, 1) }));

    expect(conditions).toEqual([]);
  });

  it('needs no second place for a snapshot that was written before the log ran full', async () => {
    const { files, store, recovered, tryAgain } = await setUp();
    await store.append(batch({ entries: run(1, 5, 1) }));
    let snapshots = 0;
    let isFull = true;
    files.plan = ({ operation, path }) => {
      if (operation === 'create' && path.includes('.snapshot')) snapshots += 1;
      return isFull && operation === 'create' && path.includes('.wal') ? { kind: 'fail', code: 'ENOSPC' } : undefined;
    };
    const appended = watch(store.append(batch({ snapshot: snapshot(4, 1) })));
    await turns();
    await tryAgain();

    isFull = false;
    await tryAgain();

    expect([appended.settled, snapshots]).toEqual([true, 1]);
    expect(await recovered()).toContain('snapshot 4:1');
  });

  it('is final when a sync fails of it: nothing is tried again', async () => {
    const { files, store, conditions, failures } = await setUp();
    files.plan = ({ operation }) => (operation === 'syncData' ? { kind: 'fail', code: 'ENOSPC' } : undefined);

    await expect(store.append(batch({ entries: run(1, 1, 1) }))).rejects.toThrow(StorageFailedError);
    files.plan = () => undefined;

    await expect(store.append(batch({ entries: run(2, 2, 1) }))).rejects.toThrow(StorageFailedError);
    expect([conditions, failures.length]).toEqual([[], 1]);
  });

  it('does not keep a store from being closed, and fails nothing for good', async () => {
    const { disk, files, store, failures } = await setUp();
    await store.append(batch({ entries: run(1, 1, 1) }));
    files.plan = full;
    const refused = expect(store.append(batch({ entries: run(2, 2, 1) }))).rejects.toMatchObject({
      reason: 'diskFull',
    });
    await turns();

    await store.close();

    await refused;
    expect(failures).toEqual([]);
    expect((await storeOn(disk).open()).entries).toHaveLength(1);
  });
});
