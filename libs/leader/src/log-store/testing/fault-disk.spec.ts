import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batch, run } from '../../testing/log-store-conformance.js';
import { FileLogStore } from '../file-log-store.js';
import { FaultDisk } from './fault-disk.js';
import { SimulatedDisk } from './simulated-disk.js';

const folder = '/log';
let disk: SimulatedDisk;
let faults: FaultDisk;
let synced: { unsyncedBytes: number; bytesOnDisk: number }[];
let store: FileLogStore;

beforeEach(async () => {
  disk = new SimulatedDisk();
  synced = [];
  faults = new FaultDisk({
    beforeSync: (_path, unsyncedBytes) => synced.push({ unsyncedBytes, bytesOnDisk: bytesOnDisk() }),
  });
  store = await open();
});

afterEach(() => store.close().catch(() => undefined));

async function open(): Promise<FileLogStore> {
  const opened = new FileLogStore({
    dataDir: folder,
    claimBytes: 0,
    files: faults.wrap(disk),
    processes: disk.processes,
    onFailure: () => undefined,
  });
  await opened.open();
  return opened;
}

const append = (index: number): Promise<void> => store.append(batch({ entries: run(index, index, 1) }));
const bytesOnDisk = (): number =>
  [...disk.contents()].reduce((sum, [path, bytes]) => sum + (path.endsWith('.wal') ? bytes.length : 0), 0);

describe('FaultDisk', () => {
  it('passes everything through while nothing is wrong', async () => {
    await append(1);

    expect(faults.counts).toEqual({ refusedWrites: 0, failedSyncs: 0, delayedSyncs: 0, unsyncedBytes: 0 });
    expect(synced.every(({ unsyncedBytes }) => unsyncedBytes === 0)).toBe(true);
  });

  it('holds what is written until it is synced, so that the disk has none of it before', async () => {
    await append(1);
    faults.loseUnsynced();
    const before = bytesOnDisk();

    await append(2);

    expect(synced.at(-1)).toMatchObject({ bytesOnDisk: before });
    expect(synced.at(-1)?.unsyncedBytes).toBeGreaterThan(0);
    expect(bytesOnDisk()).toBeGreaterThan(before);
  });

  it('does not count what is never synced among the unsynced bytes', async () => {
    faults.loseUnsynced();
    const file = await faults.wrap(disk).create('/log/note');

    await file.write(Buffer.alloc(60), 0);

    expect(faults.counts.unsyncedBytes).toBe(0);
    await file.syncData();
    await file.write(Buffer.alloc(60), 0);
    expect(faults.counts.unsyncedBytes).toBe(60);
  });

  it('lets go of what it held with the next sync, once it is told to lose nothing more', async () => {
    faults.loseUnsynced();
    await append(1);
    faults.clear();

    await append(2);
    await store.close();

    store = new FileLogStore({ dataDir: folder, files: disk, processes: disk.processes, onFailure: () => undefined });
    expect((await store.open()).entries).toHaveLength(2);
  });

  it('takes what fits, is full then, and takes writes again when it is cleared', async () => {
    const file = await faults.wrap(disk).create('/log/other');
    const write = (): Promise<number> => file.write(Buffer.alloc(60), 0);
    faults.fill(100);

    expect([await write(), await write()]).toEqual([60, 40]);
    await expect(write()).rejects.toMatchObject({ code: 'ENOSPC' });

    expect(faults.counts.refusedWrites).toBe(1);
    faults.clear();
    expect(await write()).toBe(60);
  });

  it('refuses syncs with EIO', async () => {
    faults.failSyncs();

    await expect(append(1)).rejects.toMatchObject({ reason: 'io' });

    expect(faults.counts.failedSyncs).toBeGreaterThan(0);
  });

  it('makes every sync slower', async () => {
    faults.slowSyncs(20);
    const startedAt = performance.now();

    await append(1);

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
    expect(faults.counts.delayedSyncs).toBe(1);
  });
});
