import { describe, expect, it, jest } from '@jest/globals';
import type { PersistBatch } from '@quorumkit/raft';
import { batch, run, snapshot } from '../testing/log-store-conformance.js';
import { StorageFailedError } from './errors.js';
import { FileLogStore } from './file-log-store.js';
import type { FileOps } from './file-ops.js';
import { FaultyFileOps } from './testing/faulty-file-ops.js';
import type { Fault, FaultPlan } from './testing/faulty-file-ops.js';
import { afterBatch, describeState, emptyState, scriptedBatches } from './testing/scripted-log.js';
import { seededRandom } from './testing/seeded-random.js';
import { keepNothing, SimulatedDisk } from './testing/simulated-disk.js';
import type { StoreTrace } from './store-trace.js';

// Thousands of small runs: seconds on an idle machine, and no promise about a busy one.
jest.setTimeout(120_000);

const folder = '/data';
/** Enough to open, rotate, take snapshots and drop segments: about a hundred file operations. */
const historyBatches = 28;

function storeOn(disk: SimulatedDisk, files: FileOps = disk, trace?: (event: StoreTrace) => void): FileLogStore {
  // Segments of a few frames each, so that a short history rotates, claims space and drops segments many times.
  return new FileLogStore({
    dataDir: folder,
    segmentBytesMax: 4096,
    claimBytes: 1024,
    onFailure: () => undefined,
    processes: disk.processes,
    files,
    ...(trace && { trace }),
  });
}

/** What the log may be after a crash, when all of `batches` were appended and the first `acknowledged` acknowledged. */
function statesFrom(batches: readonly PersistBatch[], acknowledged: number): string[] {
  const states: string[] = [];
  let state = emptyState;
  if (acknowledged === 0) states.push(describeState(state));
  for (const [at, batch] of batches.entries()) {
    state = afterBatch(state, batch);
    if (at + 1 >= acknowledged) states.push(describeState(state));
  }
  return states;
}

/** Appends one after the other, up to three in flight, until the store fails; resolves with how many were acknowledged. */
async function appendAll(store: FileLogStore, batches: readonly PersistBatch[], inFlight: number): Promise<number> {
  let acknowledged = 0;
  for (let at = 0; at < batches.length; at += inFlight) {
    const group = batches.slice(at, at + inFlight).map((batch) => store.append(batch));
    const outcomes = await Promise.allSettled(group);
    acknowledged += outcomes.filter(({ status }) => status === 'fulfilled').length;
    if (outcomes.some(({ status }) => status === 'rejected')) break;
  }
  return acknowledged;
}

/** From call number `at` on nothing happens any more: the process is gone in the middle of it. */
function dieAt(at: number, torn: number): FaultPlan {
  return ({ number, bytes }): Fault | undefined => {
    if (number < at) return undefined;
    if (number === at && bytes > 0) return { kind: 'torn', bytes: Math.floor(bytes * torn), code: 'EIO' };
    return { kind: 'fail', code: 'EIO' };
  };
}

interface Death {
  readonly seed: number;
  readonly at: number;
  readonly crash: 'kill' | 'powerLoss';
}

/** Runs a history until it dies at one file operation, and says whether it had ended before. */
async function runUntilDeath({ seed, at, crash }: Death): Promise<{ survived: boolean; violations: string[] }> {
  const random = seededRandom(seed * 1000 + at);
  const batches = scriptedBatches(seededRandom(seed), historyBatches);
  const disk = new SimulatedDisk();
  const files = new FaultyFileOps(disk, dieAt(at, random()));
  let acknowledged = 0;
  let survived = false;
  try {
    const store = storeOn(disk, files);
    await store.open();
    acknowledged = await appendAll(store, batches, 1 + Math.floor(random() * 3));
    survived = acknowledged === batches.length;
  } catch (error) {
    if (!(error instanceof StorageFailedError)) throw error;
  }
  const die = (): void => (crash === 'kill' ? disk.kill() : disk.crash(random() < 0.3 ? keepNothing : random));
  die();

  // The next process may die as well, while it recovers; in the end one gets through.
  for (const deadly of [1 + Math.floor(random() * 25), 1 + Math.floor(random() * 25)]) {
    await storeOn(disk, new FaultyFileOps(disk, dieAt(deadly, random())))
      .open()
      .catch(() => undefined);
    die();
  }
  const violations: string[] = [];
  const restarted = storeOn(disk);
  const recovered = describeState(await restarted.open());
  const allowed = statesFrom(batches, acknowledged);
  const reached = allowed.indexOf(recovered);
  if (reached === -1) violations.push(`${acknowledged} acknowledged, recovered ${recovered}`);
  else {
    const rest = batches.slice(acknowledged + reached);
    await appendAll(restarted, rest, 2);
    disk.crash(keepNothing);
    const final = describeState(await storeOn(disk).open());
    if (final !== allowed.at(-1)) violations.push(`after the rest: ${final}`);
  }
  return { survived, violations };
}

describe('FileLogStore, a crash at every single file operation of a history', () => {
  it.each<[Death['crash'], number]>([
    ['kill', 1],
    ['powerLoss', 2],
  ])('recovers every acknowledged batch, nothing in part, and goes on (%s, seed %d)', async (crash, seed) => {
    let at = 1;
    for (let survived = false; !survived; at++) {
      const outcome = await runUntilDeath({ seed, at, crash });
      expect({ seed, at, violations: outcome.violations }).toEqual({ seed, at, violations: [] });
      survived = outcome.survived;
    }
    // Otherwise this says nothing: the history must be long enough to open, rotate, take snapshots and drop segments.
    expect(at).toBeGreaterThan(80);
  });

  it('recovers from random histories', async () => {
    for (let seed = 100; seed < 180; seed++) {
      const at = 1 + Math.floor(seededRandom(seed)() * 250);
      const { violations } = await runUntilDeath({ seed, at, crash: seed % 3 === 0 ? 'kill' : 'powerLoss' });
      expect({ seed, at, violations }).toEqual({ seed, at, violations: [] });
    }
  });
});

describe('FileLogStore, a fault at every single file operation of a history', () => {
  const faults: [string, (bytes: number) => Fault][] = [
    ['EIO', () => ({ kind: 'fail', code: 'EIO' })],
    ['ENOSPC', () => ({ kind: 'fail', code: 'ENOSPC' })],
    ['a short write', (bytes) => ({ kind: 'short', bytes: Math.floor(bytes / 2) })],
    ['a torn write', (bytes) => ({ kind: 'torn', bytes: Math.floor(bytes / 3), code: 'EIO' })],
  ];

  it.each(faults)('%s: stops at once, never acknowledges what is not on disk', async (_, faultFor) => {
    const batches = scriptedBatches(seededRandom(5), historyBatches);
    let injected = true;
    for (let at = 1; injected; at++) {
      injected = false;
      const disk = new SimulatedDisk();
      const failures: StorageFailedError[] = [];
      const files = new FaultyFileOps(disk, ({ number, bytes }) => {
        if (number !== at) return undefined;
        injected = true;
        return faultFor(bytes);
      });
      const store = new FileLogStore({
        dataDir: folder,
        segmentBytesMax: 4096,
        claimBytes: 1024,
        files,
        processes: disk.processes,
        pause: () => Promise.resolve(),
        onFailure: (error) => failures.push(error),
      });
      const opened = await store.open().then(
        () => true,
        () => false,
      );
      const acknowledged = opened ? await appendAll(store, batches, 2) : 0;
      if (opened && acknowledged < batches.length) {
        expect(failures).toHaveLength(1);
        await expect(store.append(batches[0]!)).rejects.toThrow(StorageFailedError);
      }
      disk.crash(keepNothing);

      const recovered = describeState(await storeOn(disk).open());

      expect({ at, allowed: statesFrom(batches, acknowledged).includes(recovered) }).toEqual({ at, allowed: true });
    }
  });
});

describe('FileLogStore after a failed fsync', () => {
  it('does not sync again, and the next process does not trust what the kernel calls clean', async () => {
    const disk = new SimulatedDisk();
    const files = new FaultyFileOps(disk);
    const store = storeOn(disk, files);
    await store.open();
    const [first, second] = scriptedBatches(() => 0.1, 2);
    await store.append(first!);
    files.plan = ({ operation, path }) => {
      if (operation !== 'syncData' || !path.endsWith('.wal')) return undefined;
      disk.failSync(path);
      return { kind: 'fail', code: 'EIO' };
    };
    await expect(store.append(second!)).rejects.toThrow(StorageFailedError);
    const syncs = files.count('syncData');
    await expect(store.append(second!)).rejects.toThrow(StorageFailedError);
    expect(files.count('syncData')).toBe(syncs);
    await store.close();
    await expect(store.open()).rejects.toThrow(StorageFailedError);

    disk.kill();
    const seen = describeState(await storeOn(disk).open());
    disk.crash(keepNothing);

    expect(seen).toBe(statesFrom([first!, second!], 2)[0]);
    expect(describeState(await storeOn(disk).open())).toBe(seen);
  });
});

describe('FileLogStore, killed before its snapshot was synced', () => {
  it('deletes what the snapshot replaces only when the next process has made it durable', async () => {
    const disk = new SimulatedDisk();
    const files = new FaultyFileOps(disk);
    const store = storeOn(disk, files);
    await store.open();
    for (let index = 1; index <= 100; index++) await store.append(batch({ entries: run(index, index, 1) }));
    const segments = (): string[] => [...disk.contents().keys()].filter((path) => path.endsWith('.wal'));
    const syncFails: FaultPlan = ({ operation, path }) =>
      operation === 'syncData' && path.endsWith('.wal') ? { kind: 'fail', code: 'EIO' } : undefined;
    files.plan = syncFails;
    await expect(store.append(batch({ snapshot: snapshot(100, 1) }))).rejects.toThrow(StorageFailedError);
    disk.kill();
    const before = segments();

    await expect(storeOn(disk, new FaultyFileOps(disk, syncFails)).open()).rejects.toThrow(StorageFailedError);

    expect(before.length).toBeGreaterThan(2);
    expect(segments()).toEqual(before);
    disk.kill();
    await storeOn(disk).open();
    expect(segments()).toHaveLength(1);
  });
});
