import { describe, expect, it, jest } from '@jest/globals';
import { batch, run, snapshot, vote } from '../../testing/log-store-conformance.js';
import { StorageDamagedError } from '../errors.js';
import { FileLogStore } from '../file-log-store.js';
import { readSegmentHeader } from '../format/segment-header.js';
import type { StoreTrace } from '../store-trace.js';
import { describeState } from '../testing/scripted-log.js';
import { SimulatedDisk } from '../testing/simulated-disk.js';

// Thousands of small runs: seconds on an idle machine, and no promise about a busy one.
jest.setTimeout(120_000);

const first = '/data/log.00000001.wal';
const second = '/data/log.00000002.wal';
const note = '/data/log.acknowledged';

function storeOn(disk: SimulatedDisk, trace: (event: StoreTrace) => void = () => undefined): FileLogStore {
  return new FileLogStore({
    dataDir: '/data',
    segmentBytesMax: 4096,
    claimBytes: 64,
    onFailure: () => undefined,
    processes: disk.processes,
    files: disk,
    trace,
  });
}

async function recovered(disk: SimulatedDisk): Promise<string> {
  return describeState(await storeOn(disk).open());
}

function bytesOf(disk: SimulatedDisk, path: string): Buffer {
  const bytes = disk.contents().get(path);
  if (bytes === undefined) throw new Error(`there is no ${path}`);
  return bytes;
}

/** Everything but the lock's own files. */
function logContents(disk: SimulatedDisk): [string, string][] {
  return [...disk.contents()]
    .filter(([path]) => !path.includes('.lock-'))
    .map(([path, bytes]) => [path, bytes.toString('hex')]);
}

/** A log whose last frame was written completely, but the process died before it was acknowledged. */
async function withUnacknowledgedFrame(): Promise<{
  disk: SimulatedDisk;
  frame: { offset: number; end: number };
  before: string;
}> {
  const disk = new SimulatedDisk();
  const store = storeOn(disk);
  await store.open();
  await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 3, 1) }));
  await store.close();
  const before = await recovered(disk.copy());
  const oldNote = bytesOf(disk, note);
  const restarted = storeOn(disk);
  await restarted.open();
  await restarted.append(batch({ hardState: vote(2, 'b'), truncateFrom: 3, entries: run(3, 5, 2) }));
  await restarted.close();
  const frame = { offset: oldNote.readUInt32LE(8), end: bytesOf(disk, note).readUInt32LE(8) };
  disk.overwrite(note, oldNote);
  return { disk, frame, before };
}

/** A log of two segments and a snapshot, closed in good order. */
async function closedLog(): Promise<{ disk: SimulatedDisk; state: string }> {
  const disk = new SimulatedDisk();
  const store = storeOn(disk);
  await store.open();
  await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 2, 1) }));
  await store.append(batch({ entries: run(3, 6, 1) }));
  await store.append(batch({ snapshot: snapshot(4, 1) }));
  await store.append(batch({ hardState: vote(2, undefined), truncateFrom: 6, entries: run(6, 7, 2) }));
  await store.close();
  return { disk, state: await recovered(disk.copy()) };
}

describe('recovery of a write that a crash interrupted', () => {
  const endings: [string, (bytes: Buffer, cut: number, end: number) => Buffer][] = [
    ['the file ends there', (bytes, cut) => bytes.subarray(0, cut)],
    ['zeros follow', (bytes, cut) => Buffer.concat([bytes.subarray(0, cut)], bytes.length)],
    [
      'garbage follows',
      (bytes, cut, end) => Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(end - cut, 0xa5), bytes.subarray(end)]),
    ],
  ];

  it.each(endings)('cuts a last frame that is torn at any byte and goes on (%s)', async (name, tear) => {
    const { disk, frame, before } = await withUnacknowledgedFrame();
    for (let cut = frame.offset; cut < frame.end; cut++) {
      const torn = disk.copy();
      torn.overwrite(first, tear(bytesOf(disk, first), cut, frame.end));
      const events: StoreTrace[] = [];

      const store = storeOn(torn, (event) => events.push(event));
      const state = describeState(await store.open());

      const hasRest = cut > frame.offset || name === 'garbage follows';
      expect({ cut, state, reported: events.some(({ kind }) => kind === 'tornTailCut') }).toEqual({
        cut,
        state: before,
        reported: hasRest,
      });
      await store.append(batch({ hardState: vote(9, 'c'), truncateFrom: 2, entries: run(2, 2, 9) }));
      await store.close();
      expect(await recovered(torn)).toBe('term 9 vote c [1:1:c:19:command 1 of 2:9:c:19:command 2 of]');
    }
  });

  it('says which file it cut, where, and how many bytes', async () => {
    const { disk, frame } = await withUnacknowledgedFrame();
    disk.overwrite(first, bytesOf(disk, first).subarray(0, frame.end - 1));
    const events: StoreTrace[] = [];

    await storeOn(disk, (event) => events.push(event)).open();

    const bytes = frame.end - 1 - frame.offset;
    expect(events).toContainEqual({ kind: 'tornTailCut', path: first, offset: frame.offset, bytes });
  });

  it('keeps a complete last frame, acknowledged or not', async () => {
    const { disk } = await withUnacknowledgedFrame();

    expect(await recovered(disk)).toMatch(/^term 2 vote b .*5:2:c/);
  });

  it('is not misled by a frame that a user hid in the data of a torn entry', async () => {
    const { disk, frame, before } = await withUnacknowledgedFrame();
    const segment = bytesOf(disk, first);
    const hidden = Buffer.concat([
      segment.subarray(0, frame.offset),
      Buffer.alloc(30, 7),
      segment.subarray(frame.offset, frame.end),
    ]);
    disk.overwrite(first, hidden);

    expect(await recovered(disk)).toBe(before);
  });
});

describe('recovery of a long interrupted write', () => {
  it('leaves nothing of it behind that later would look like damage', async () => {
    const { disk, frame } = await withUnacknowledgedFrame();
    disk.overwrite(first, Buffer.concat([bytesOf(disk, first).subarray(0, frame.end - 1), Buffer.alloc(3000, 0xa5)]));
    const store = storeOn(disk);
    await store.open();
    await store.append(batch({ entries: run(4, 4, 1) }));
    await store.append(batch({ snapshot: snapshot(2, 1) }));
    await store.close();

    expect(disk.contents().has(second)).toBe(true);
    expect(await recovered(disk)).toMatch(/^term 1 vote a snapshot 2:1:\S+ .*\[3:1:\S+ \S+ \S+ 4:1:/);
  });
});

describe('recovery of a damaged folder', () => {
  it('never gives back less than was acknowledged when any one bit of any file has flipped', async () => {
    const { disk, state } = await closedLog();
    const outcomes = { refused: 0, recovered: 0 };
    for (const [path, bytes] of disk.contents()) {
      if (path.includes('.lock-')) continue;
      for (let at = 0; at < bytes.length; at++) {
        const rotten = disk.copy();
        const flipped = Buffer.from(bytes);
        flipped[at] = flipped[at]! ^ (1 << (at % 8));
        rotten.overwrite(path, flipped);
        const before = logContents(rotten);

        const outcome = await recovered(rotten).catch((error: unknown) => error);

        if (outcome instanceof StorageDamagedError) {
          outcomes.refused += 1;
          expect({ path, at, contents: logContents(rotten) }).toEqual({ path, at, contents: before });
        } else {
          outcomes.recovered += 1;
          expect({ path, at, outcome }).toEqual({ path, at, outcome: state });
        }
      }
    }
    // Flips in the note and in claimed space do no harm; everything else must have been refused.
    expect(outcomes.refused).toBeGreaterThan(500);
    expect(outcomes.recovered).toBeGreaterThan(16);
  });

  it('refuses a segment, a snapshot, or the end of a segment that is gone, and leaves the rest alone', async () => {
    const { disk } = await closedLog();
    const snapshotPath = [...disk.contents().keys()].find((path) => path.endsWith('.snapshot'))!;
    const { end: headerEnd } = readSegmentHeader(bytesOf(disk, second)) as { end: number };
    const losses: [string, (lossy: SimulatedDisk) => void][] = [
      [first, (lossy) => lossy.erase(first)],
      [second, (lossy) => lossy.erase(second)],
      [snapshotPath, (lossy) => lossy.erase(snapshotPath)],
      [second, (lossy) => lossy.overwrite(second, bytesOf(lossy, second).subarray(0, headerEnd))],
      [first, (lossy) => (lossy.erase(first), lossy.erase(second))],
    ];

    for (const [, lose] of losses) {
      const lossy = disk.copy();
      lose(lossy);
      const before = logContents(lossy);

      await expect(recovered(lossy)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED', reason: 'missing' });
      expect(logContents(lossy)).toEqual(before);
    }
  });

  it('says which file, where, that nothing was changed, and what to do', async () => {
    const { disk } = await closedLog();
    const bytes = bytesOf(disk, second);
    const reading = readSegmentHeader(bytes) as { end: number };
    bytes[reading.end + 20] = 0xff;
    disk.overwrite(second, bytes);

    const refusal = recovered(disk);

    await expect(refusal).rejects.toMatchObject({
      reason: 'checksum',
      path: second,
      offset: reading.end,
      definite: true,
    });
    await expect(refusal).rejects.toThrow(/Nothing was changed.*it may have voted/);
  });

  it('refuses damage before an intact frame also when the note was lost', async () => {
    const { disk } = await closedLog();
    const bytes = bytesOf(disk, second);
    const { end } = readSegmentHeader(bytes) as { end: number };
    bytes[end + 20] = 0xff;
    disk.overwrite(second, bytes);
    disk.erase(note);

    await expect(recovered(disk)).rejects.toThrow(/not a frame, and a valid frame follows/);
  });

  it('refuses damage in the very last frame when the note says that it was acknowledged', async () => {
    const { disk } = await closedLog();
    const bytes = bytesOf(disk, second);
    const last = bytes.lastIndexOf('command 7');
    bytes[last] = 0;
    disk.overwrite(second, bytes);

    const refusal = recovered(disk);

    await expect(refusal).rejects.toMatchObject({ reason: 'checksum', path: second });
    await expect(refusal).rejects.toThrow(/was acknowledged/);
  });

  it('refuses an earlier segment whose last frame is gone, also when the next one cannot tell by its indexes', async () => {
    const disk = new SimulatedDisk();
    const store = storeOn(disk);
    await store.open();
    await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 5, 1) }));
    await store.append(batch({ hardState: vote(2, 'a') }));
    await store.append(batch({ truncateFrom: 5, entries: run(5, 5, 2) }));
    await store.append(batch({ snapshot: snapshot(2, 1) }));
    await store.close();
    const bytes = bytesOf(disk, first);
    bytes.fill(0, bytes.lastIndexOf('QKF1'));
    disk.overwrite(first, bytes);

    await expect(recovered(disk)).rejects.toMatchObject({ reason: 'missing', path: first });
  });

  it('refuses a file of a later format', async () => {
    const { disk } = await closedLog();
    const { crc32 } = await import('node:zlib');
    const text = Buffer.from('{"format":2}\n');
    const head = Buffer.alloc(14);
    head.write('QKLOG\n', 'latin1');
    head.writeUInt32LE(text.length, 6);
    head.writeUInt32LE(crc32(text), 10);
    disk.overwrite(second, Buffer.concat([head, text]));

    await expect(recovered(disk)).rejects.toMatchObject({ reason: 'unknownFormat', path: second });
  });

  it('refuses segments of two logs in one folder', async () => {
    const { disk } = await closedLog();
    const { disk: other } = await closedLog();
    const store = storeOn(other);
    await store.open();
    await store.append(batch({ hardState: vote(7, 'x') }));
    await store.close();
    disk.overwrite(first, bytesOf(other, second));

    await expect(recovered(disk)).rejects.toMatchObject({ reason: 'contradiction', path: first });
  });

  it('lets the folder go when it refuses it', async () => {
    const { disk } = await closedLog();
    disk.erase(second);

    await expect(recovered(disk)).rejects.toThrow(StorageDamagedError);
    await expect(recovered(disk)).rejects.toThrow(StorageDamagedError);
  });
});
