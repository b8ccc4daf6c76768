import { describe, expect, it } from '@jest/globals';
import { batch, run, snapshot, vote } from '../../testing/log-store-conformance.js';
import { StorageDamagedError } from '../errors.js';
import type { FileLogStoreOptions } from '../file-log-store-options.js';
import { FileLogStore } from '../file-log-store.js';
import type { FileOps } from '../file-ops.js';
import type { StoreTrace } from '../store-trace.js';
import { FaultyFileOps } from '../testing/faulty-file-ops.js';
import { keepNothing, SimulatedDisk } from '../testing/simulated-disk.js';

const newId = 4711;
const aside = '/data/damaged-log-2030-01-02T03-04-05.678Z-4711';

function storeOn(disk: SimulatedDisk, options: Partial<FileLogStoreOptions> = {}, files: FileOps = disk): FileLogStore {
  return new FileLogStore({
    dataDir: '/data',
    segmentBytesMax: 4096,
    claimBytes: 64,
    onFailure: () => undefined,
    processes: disk.processes,
    files,
    onDamage: 'setAside',
    newStoreId: () => newId,
    epochMs: () => Date.UTC(2030, 0, 2, 3, 4, 5, 678),
    ...options,
  });
}

/** A log of two segments and a snapshot, with a flipped bit in the middle. */
async function damagedLog(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const store = storeOn(disk);
  await store.open();
  await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 6, 1) }));
  await store.append(batch({ snapshot: snapshot(4, 1) }));
  await store.append(batch({ hardState: vote(2, 'b'), entries: run(7, 8, 2) }));
  await store.append(batch({ entries: run(9, 10, 2) }));
  await store.close();
  const path = '/data/log.00000002.wal';
  const bytes = Buffer.from(disk.contents().get(path) ?? []);
  bytes[bytes.indexOf('command 7')]! ^= 1;
  disk.overwrite(path, bytes);
  return disk;
}

const kept = (disk: SimulatedDisk): Map<string, string> =>
  new Map(
    [...disk.contents()]
      .filter(([path]) => path.startsWith('/data/damaged'))
      .map(([path, bytes]) => [path, bytes.toString('hex')]),
  );
const logFiles = (disk: SimulatedDisk): Map<string, string> =>
  new Map(
    [...disk.contents()]
      .filter(([path]) => /^\/data\/log\.(?!lock|set)/.test(path))
      .map(([path, bytes]) => [path, bytes.toString('hex')]),
  );

describe('a damaged log that may be set aside', () => {
  it('is kept byte for byte, and an empty store of another id takes its place', async () => {
    const disk = await damagedLog();
    const before = logFiles(disk);
    const events: StoreTrace[] = [];

    const store = storeOn(disk, { trace: (event) => events.push(event) });
    const { hardState, entries, snapshot: found, storeId } = await store.open();

    expect([hardState.term, entries, found, storeId]).toEqual([0, [], undefined, newId]);
    expect([...kept(disk)].map(([path, bytes]) => [path.replace(aside, '/data'), bytes])).toEqual([...before]);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'setAside',
        storeId: newId,
        why: expect.stringContaining('log.00000002.wal is damaged at offset'),
      }),
    );
  });

  it('goes on as the new store after a restart', async () => {
    const disk = await damagedLog();
    const store = storeOn(disk);
    await store.open();
    await store.append(batch({ hardState: vote(5, undefined), entries: run(1, 3, 5) }));
    disk.crash(keepNothing);

    const { storeId, entries } = await storeOn(disk, { newStoreId: () => 99 }).open();

    expect([storeId, entries.length]).toEqual([newId, 3]);
    expect(kept(disk).size).toBeGreaterThan(2);
  });

  it('is refused, unchanged, where nobody said that it may be', async () => {
    const disk = await damagedLog();
    const before = logFiles(disk);

    await expect(storeOn(disk, { onDamage: 'refuse' }).open()).rejects.toThrow(StorageDamagedError);

    expect(logFiles(disk)).toEqual(before);
  });

  it('is refused when a later version wrote it: that is no damage', async () => {
    const disk = await damagedLog();
    const path = '/data/log.00000002.wal';
    const text = disk.contents().get(path)!;
    const end = 14 + text.readUInt32LE(6);
    const header = Buffer.from(text.subarray(14, end).toString('utf8').replace('"format":1', '"format":9'));
    const { crc32 } = await import('node:zlib');
    const bytes = Buffer.concat([text.subarray(0, 14), header, text.subarray(end)]);
    bytes.writeUInt32LE(crc32(header), 10);
    disk.overwrite(path, bytes);

    await expect(storeOn(disk).open()).rejects.toMatchObject({ reason: 'unknownFormat' });

    expect(kept(disk).size).toBe(0);
  });

  it('never comes back as half a log, and nothing of it is overwritten, whenever the process dies', async () => {
    for (let at = 1, survived = false; !survived; at++) {
      const disk = await damagedLog();
      const before = [...logFiles(disk).values()];
      const files = new FaultyFileOps(disk, ({ number, operation }) =>
        number >= at && operation !== 'list' && operation !== 'read' ? { kind: 'fail', code: 'EIO' } : undefined,
      );
      survived = await storeOn(disk, {}, files)
        .open()
        .then(
          () => true,
          () => false,
        );
      disk.kill();

      const restarted = storeOn(disk, { newStoreId: () => newId + 1 });
      const { storeId, entries, hardState } = await restarted.open();

      expect({ at, entries, term: hardState.term }).toEqual({ at, entries: [], term: 0 });
      expect([newId, newId + 1]).toContain(storeId);
      expect([...kept(disk).values()]).toEqual(expect.arrayContaining(before));
      await restarted.append(batch({ entries: run(1, 1, 1) }));
    }
  });
});
