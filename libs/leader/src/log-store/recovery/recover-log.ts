import { invariant, unreachable } from '@quorumkit/raft';
import type { Entry, Snapshot } from '@quorumkit/raft';
import { StorageDamagedError } from '../errors.js';
import type { FileOps } from '../file-ops.js';
import { readAcknowledged } from '../format/acknowledged.js';
import type { Acknowledged } from '../format/acknowledged.js';
import { frameHeaderBytes, scanFrames } from '../format/frame.js';
import type { SegmentScan } from '../format/frame.js';
import { readRecords, ReplayError } from '../format/record.js';
import { readSegmentHeader } from '../format/segment-header.js';
import type { LogMark, SegmentHeader } from '../format/segment-header.js';
import { isSnapshotData } from '../format/snapshot-ref.js';
import type { SnapshotRef } from '../format/snapshot-ref.js';
import type { LogFiles } from '../log-files.js';
import { LogReplay } from './log-replay.js';

/** What a data folder holds, and what has to be done to it before it can be written again. */
export interface RecoveredLog {
  readonly mark: LogMark;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
  /** Oldest first, contiguous; the last one is the one to go on writing. */
  readonly segments: readonly RecoveredSegment[];
  readonly tail: RecoveredTail;
}

export interface Recovery {
  /** Undefined: there is no log yet. */
  readonly log: RecoveredLog | undefined;
  /**
   * Files that mean nothing any more: temporaries, replaced snapshots and segments. To be removed, but not before the
   * log is durable: what makes them superfluous may so far be in the kernel's cache only.
   */
  readonly leftovers: readonly string[];
}

export interface RecoveredSegment {
  readonly number: number;
  /** The last index whose entry is in this segment or an older one. */
  readonly lastIndex: number;
}

export interface RecoveredTail {
  readonly salt: number;
  readonly headerEnd: number;
  /** The last frame's bytes and place; undefined in a segment without frames. */
  readonly lastFrame: { readonly offset: number; readonly bytes: Buffer } | undefined;
  /** Where the frames end. */
  readonly end: number;
  readonly fileBytes: number;
  /** Bytes after `end` of a write that a crash interrupted: to be cut off. */
  readonly tornBytes: number;
}

/**
 * Reads a data folder, changing nothing.
 *
 * Promise: rejects with `StorageDamagedError` rather than give back less than what was acknowledged, as far as the
 * folder itself can tell. Non-promise: a machine that loses power may also lose the note how far was acknowledged
 * (it is not synced); bit rot in the very last frame then looks like a write that was under way, and is cut.
 */
export async function recoverLog(files: FileOps, names: LogFiles): Promise<Recovery> {
  const listed = await files.list(names.folder);
  const acknowledged = await readNote(files, names, listed);
  const numbers = listed.map((name) => names.segmentNumber(name)).filter((number) => number !== undefined);
  numbers.sort((a, b) => a - b);
  if (numbers.length === 0) {
    if (acknowledged === undefined) return { log: undefined, leftovers: leftoversAmong(listed, names, new Set()) };
    throw new StorageDamagedError(
      'missing',
      names.segment(acknowledged.segment),
      0,
      'the log was acknowledged up to here, and all of its segments are gone',
    );
  }

  const kept = afterLastGap(numbers);
  const replayed = await replaySegments(files, names, kept, acknowledged);
  const { mark, entries } = wrap(names.segment(kept[0]!), 0, () => replayed.replay.finish());
  const snapshot = await loadSnapshot(files, names, listed, mark.snapshot);
  const through = mark.snapshot?.index ?? 0;
  const firstNeeded = replayed.segments.findIndex(({ lastIndex }, at) => lastIndex > through || at === kept.length - 1);
  const segments = replayed.segments.slice(firstNeeded);
  const needed = new Set([
    ...segments.map(({ number }) => names.segment(number)),
    ...(mark.snapshot === undefined ? [] : [names.snapshot(mark.snapshot)]),
  ]);
  const log = { mark, snapshot, entries, segments, tail: replayed.tail };
  return { log, leftovers: leftoversAmong(listed, names, needed) };
}

function leftoversAmong(listed: readonly string[], names: LogFiles, needed: ReadonlySet<string>): string[] {
  return listed
    .filter((name) => names.isTemporary(name) || names.isSnapshot(name) || names.segmentNumber(name) !== undefined)
    .map((name) => names.path(name))
    .filter((path) => !needed.has(path));
}

/** Deleting old segments may be interrupted at any point, so what is before a gap was to be deleted. */
function afterLastGap(numbers: readonly number[]): readonly number[] {
  const gap = numbers.findLastIndex((number, at) => at > 0 && numbers[at - 1] !== number - 1);
  return numbers.slice(Math.max(0, gap));
}

async function readNote(files: FileOps, names: LogFiles, listed: readonly string[]): Promise<Acknowledged | undefined> {
  const path = names.acknowledged();
  return listed.some((name) => names.path(name) === path) ? readAcknowledged(await files.read(path)) : undefined;
}

interface Replayed {
  readonly replay: LogReplay;
  readonly segments: readonly RecoveredSegment[];
  readonly tail: RecoveredTail;
}

async function replaySegments(
  files: FileOps,
  names: LogFiles,
  numbers: readonly number[],
  acknowledged: Acknowledged | undefined,
): Promise<Replayed> {
  const segments: RecoveredSegment[] = [];
  let replay: LogReplay | undefined;
  let previous: { readonly path: string; readonly end: number } | undefined;
  let tail: RecoveredTail | undefined;
  for (const number of numbers) {
    const path = names.segment(number);
    const file = await files.read(path);
    const { header, end: headerEnd } = intactHeader(path, file, number);
    if (previous !== undefined && header.previousEnd !== previous.end) {
      throw new StorageDamagedError(
        'missing',
        previous.path,
        previous.end,
        `it was ${header.previousEnd} bytes long when the next segment was begun`,
      );
    }
    const scan = scanFrames(file, headerEnd, header.salt);
    checkScan(path, scan, { isLast: number === numbers.at(-1), number, acknowledged });
    const log = (replay ??= new LogReplay(header.mark));
    wrap(path, 0, () => log.checkMark(header.mark));
    for (const [offset, end] of scan.frames) {
      wrap(path, offset, () => readRecords(file, offset + frameHeaderBytes, end, log));
    }
    segments.push({ number, lastIndex: log.mark().lastIndex });
    previous = { path, end: scan.end };
    tail = tailOf(file, scan, header, headerEnd);
  }
  checkNothingMissing(names, numbers, previous, acknowledged);
  invariant(replay !== undefined && tail !== undefined, 'a log that has segments has a last one');
  return { replay, segments, tail };
}

function intactHeader(path: string, file: Buffer, number: number): { header: SegmentHeader; end: number } {
  const reading = readSegmentHeader(file);
  switch (reading.kind) {
    case 'damaged':
      throw new StorageDamagedError('checksum', path, 0, 'the header of this segment is not what was written');
    case 'unknownFormat':
      throw new StorageDamagedError(
        'unknownFormat',
        path,
        0,
        `it has format ${String(reading.format)}; this version reads format 1. Use the version that wrote it`,
      );
    case 'intact':
      if (reading.header.segment === number) return reading;
      throw new StorageDamagedError(
        'contradiction',
        path,
        0,
        `it holds segment ${reading.header.segment} under the name of segment ${number}`,
      );
    default:
      return unreachable(reading);
  }
}

/** Tells a write that a crash interrupted (cut later) from damage (refused). Only the newest frame can be unfinished. */
function checkScan(
  path: string,
  scan: SegmentScan,
  place: { readonly isLast: boolean; readonly number: number; readonly acknowledged: Acknowledged | undefined },
): void {
  const { rest, end } = scan;
  if (rest.kind === 'clean') return;
  if (rest.kind === 'broken') {
    throw new StorageDamagedError(
      'checksum',
      path,
      end,
      `what is here is not a frame, and a valid frame follows at offset ${rest.nextFrame}`,
    );
  }
  if (!place.isLast) {
    throw new StorageDamagedError(
      'checksum',
      path,
      end,
      'what is here is not a frame, and a later segment was begun after it',
    );
  }
  const { acknowledged } = place;
  if (acknowledged !== undefined && acknowledged.segment === place.number && acknowledged.offset > end) {
    throw new StorageDamagedError(
      'checksum',
      path,
      end,
      `what is here is not a frame, but everything before offset ${acknowledged.offset} was acknowledged`,
    );
  }
}

function checkNothingMissing(
  names: LogFiles,
  numbers: readonly number[],
  last: { readonly path: string; readonly end: number } | undefined,
  acknowledged: Acknowledged | undefined,
): void {
  const lastNumber = numbers.at(-1);
  if (acknowledged === undefined || last === undefined || lastNumber === undefined) return;
  if (acknowledged.segment > lastNumber) {
    throw new StorageDamagedError(
      'missing',
      names.segment(acknowledged.segment),
      0,
      'this segment was acknowledged, and it is gone',
    );
  }
  if (acknowledged.segment === lastNumber && acknowledged.offset > last.end) {
    throw new StorageDamagedError(
      'missing',
      last.path,
      last.end,
      `the segment ends here, but it was acknowledged up to offset ${acknowledged.offset}`,
    );
  }
}

function tailOf(file: Buffer, scan: SegmentScan, header: SegmentHeader, headerEnd: number): RecoveredTail {
  const last = scan.frames.at(-1);
  return {
    salt: header.salt,
    headerEnd,
    lastFrame: last && { offset: last[0], bytes: file.subarray(last[0], last[1]) },
    end: scan.end,
    fileBytes: file.length,
    tornBytes: scan.rest.kind === 'torn' ? scan.rest.bytes : 0,
  };
}

async function loadSnapshot(
  files: FileOps,
  names: LogFiles,
  listed: readonly string[],
  ref: SnapshotRef | undefined,
): Promise<Snapshot | undefined> {
  if (ref === undefined) return undefined;
  const path = names.snapshot(ref);
  if (!listed.some((name) => names.path(name) === path)) {
    throw new StorageDamagedError(
      'missing',
      path,
      0,
      `the log before index ${ref.index} was replaced by this snapshot, and it is gone`,
    );
  }
  const data = await files.read(path);
  if (!isSnapshotData(data, ref)) {
    throw new StorageDamagedError('checksum', path, 0, `this snapshot is not the ${ref.bytes} bytes that were written`);
  }
  const { index, term, configuration } = ref;
  return { index, term, data, ...(configuration && { configuration }) };
}

function wrap<T>(path: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ReplayError)
      throw new StorageDamagedError(cause.reason, path, offset, cause.message, { cause });
    if (cause instanceof RangeError) {
      throw new StorageDamagedError('contradiction', path, offset, 'a record reaches beyond the end of its file', {
        cause,
      });
    }
    throw cause;
  }
}
