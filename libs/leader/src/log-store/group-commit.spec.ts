import { describe, expect, it } from '@jest/globals';
import { batch, run } from '../testing/log-store-conformance.js';
import { FileLogStore } from './file-log-store.js';
import type { FileLogStoreOptions } from './file-log-store-options.js';
import { FaultyFileOps } from './testing/faulty-file-ops.js';
import { SimulatedDisk } from './testing/simulated-disk.js';

interface Measured {
  readonly store: FileLogStore;
  readonly files: FaultyFileOps;
  /** Batches in each group commit so far. */
  readonly groups: number[];
}

/** An open store on a disk that counts. Only syncs of segments that carry a commit are counted: not those of a start. */
async function openStore(options: Partial<FileLogStoreOptions> = {}): Promise<Measured> {
  const disk = new SimulatedDisk({ blockBytes: 4096 });
  const files = new FaultyFileOps(disk);
  const groups: number[] = [];
  const store = new FileLogStore({
    dataDir: '/data',
    files,
    processes: disk.processes,
    onFailure: (error) => {
      throw error;
    },
    trace: (event) => event.kind === 'committed' && groups.push(event.batches),
    segmentBytesMax: 1024 * 1024,
    claimBytes: 64 * 1024,
    ...options,
  });
  await store.open();
  return { store, files, groups };
}

describe('group commit', () => {
  it('needs one sync for a thousand appends of one turn', async () => {
    const { store, files, groups } = await openStore();
    const before = files.count('syncData');

    await Promise.all(
      Array.from({ length: 1000 }, (_, at) => store.append(batch({ entries: run(at + 1, at + 1, 1) }))),
    );

    expect(files.count('syncData') - before).toBe(1);
    expect(groups).toEqual([1000]);
  });

  it('keeps many closed-loop appenders in one group instead of two that take turns', async () => {
    const { store, groups } = await openStore();
    let index = 0;
    const appender = async (): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        index += 1;
        await store.append(batch({ entries: run(index, index, 1) }));
      }
    };

    await Promise.all(Array.from({ length: 32 }, appender));

    expect(groups).toEqual(Array.from({ length: 20 }, () => 32));
  });

  it('brings two halves that started apart together', async () => {
    const { store, files, groups } = await openStore();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let index = 0;
    const appenders = (): Promise<void>[] =>
      Array.from({ length: 16 }, async () => {
        for (let round = 0; round < 10; round++) await store.append(batch({ entries: run(++index, index, 1) }));
      });

    const secondHalf = new Promise<Promise<void>[]>((resolve) => {
      files.plan = ({ operation }) => {
        if (operation !== 'syncData') return undefined;
        files.plan = () => undefined;
        resolve(appenders());
        return { kind: 'delay', until: held };
      };
    });
    const firstHalf = appenders();
    const rest = await secondHalf;
    release();
    await Promise.all([...firstHalf, ...rest]);

    expect(groups).toEqual([16, 32, 32, 32, 32, 32, 32, 32, 32, 32, 16]);
  });

  it('acknowledges nothing before the sync that covers it has ended', async () => {
    const { store, files } = await openStore();
    let endSync: () => void = () => undefined;
    const sync = new Promise<void>((resolve) => (endSync = resolve));
    let syncStarted: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (syncStarted = resolve));
    files.plan = ({ operation, path }) => {
      if (operation !== 'syncData' || !path.endsWith('.wal')) return undefined;
      syncStarted();
      return { kind: 'delay', until: sync };
    };
    let acknowledged = false;
    const appended = store.append(batch({ entries: run(1, 1, 1) })).then(() => (acknowledged = true));
    await started;
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(acknowledged).toBe(false);

    endSync();

    await appended;
  });

  it('begins another group when one has reached its limit', async () => {
    const { store, groups } = await openStore({ commitBytesMax: 1000 });

    await Promise.all(Array.from({ length: 100 }, (_, at) => store.append(batch({ entries: run(at + 1, at + 1, 1) }))));

    expect(groups.length).toBeGreaterThan(3);
    expect(Math.max(...groups)).toBeLessThan(40);
    expect(groups.reduce((sum, batches) => sum + batches, 0)).toBe(100);
  });

  it('claims space ahead, so that most commits do not change the size of the file', async () => {
    const growthsOf = async (claimBytes: number): Promise<number> => {
      const { store, files } = await openStore({ claimBytes });
      let size = (await files.read('/data/log.00000001.wal')).length;
      let growths = 0;
      files.plan = ({ operation, path, offset, bytes }) => {
        if (operation === 'write' && path.endsWith('.wal') && offset + bytes > size) {
          growths += 1;
          size = offset + bytes;
        }
        return undefined;
      };
      for (let index = 1; index <= 50; index++) await store.append(batch({ entries: run(index, index, 1) }));
      await store.close();
      return growths;
    };

    expect(await growthsOf(0)).toBe(50);
    expect(await growthsOf(64 * 1024)).toBe(0);
  });

  it('puts a batch that is larger than a segment into one of its own', async () => {
    const { store, files } = await openStore({ segmentBytesMax: 4096, claimBytes: 0 });
    const big = run(1, 200, 1);

    await store.append(batch({ entries: big }));
    await store.append(batch({ entries: run(201, 201, 1) }));
    await store.close();

    const names = (await files.list('/data')).filter((name) => name.endsWith('.wal'));
    expect(names).toHaveLength(2);
    const reopened = new FileLogStore({
      dataDir: '/data',
      files,
      processes: new SimulatedDisk().processes,
      onFailure: () => undefined,
    });
    expect((await reopened.open()).entries).toHaveLength(201);
  });
});

describe('segments below a snapshot', () => {
  it('are dropped once the snapshot is durable, and what follows it stays', async () => {
    const { store, files } = await openStore({ segmentBytesMax: 4096, claimBytes: 0 });
    for (let index = 1; index <= 300; index++) await store.append(batch({ entries: run(index, index, 1) }));
    const segments = async (): Promise<string[]> =>
      (await files.list('/data')).filter((name) => name.endsWith('.wal')).sort();
    const before = await segments();

    await store.append(batch({ snapshot: { ...run(250, 250, 1)[0]!, data: new Uint8Array(10) } }));
    await store.close();

    const after = await segments();
    expect(before.length).toBeGreaterThan(4);
    expect(after.length).toBeLessThanOrEqual(3);
    expect(after[0]).not.toBe(before[0]);
    const reopened = new FileLogStore({
      dataDir: '/data',
      files,
      processes: new SimulatedDisk().processes,
      onFailure: () => undefined,
    });
    const state = await reopened.open();
    expect([state.snapshot?.index, state.entries.length, state.entries[0]?.index]).toEqual([250, 50, 251]);
  });
});

describe('options of the file store', () => {
  it('are refused with all their problems at once', () => {
    const create = (): FileLogStore =>
      new FileLogStore({
        dataDir: '',
        groupName: 'a/b',
        segmentBytesMax: 10,
        commitBytesMax: 0.5,
        onFailure: () => undefined,
      });

    expect(create).toThrow(/dataDir is empty; groupName "a\/b" .*; segmentBytesMax = 10 .*; commitBytesMax = 0.5/);
  });
});
