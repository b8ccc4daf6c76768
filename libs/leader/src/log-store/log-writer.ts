import { randomInt } from 'node:crypto';
import { invariant } from '@quorumkit/raft';
import type { Snapshot } from '@quorumkit/raft';
import type { CommitGroup } from './commit-group.js';
import { isOutOfSpace } from './errors.js';
import { writeFully } from './file-ops.js';
import type { FileOps, WritableFile } from './file-ops.js';
import type { Acknowledged } from './format/acknowledged.js';
import { encodeSegmentHeader } from './format/segment-header.js';
import type { LogMark } from './format/segment-header.js';
import { isSameSnapshot, snapshotRefOf } from './format/snapshot-ref.js';
import type { SnapshotRef } from './format/snapshot-ref.js';
import { LogFiles } from './log-files.js';
import type { RecoveredLog } from './recovery/recover-log.js';
import { replaceFileAgain } from './replace-file.js';
import type { StoreTrace } from './store-trace.js';

export interface LogWriterContext {
  readonly files: FileOps;
  readonly names: LogFiles;
  readonly segmentBytesMax: number;
  readonly claimBytes: number;
  readonly trace: (event: StoreTrace) => void;
}

/** The segment that is being written. */
interface ActiveSegment {
  readonly file: WritableFile;
  readonly salt: number;
  readonly headerEnd: number;
  /** Where the next frame goes. */
  end: number;
  /** The file is zeros from `end` to here. */
  claimed: number;
}

interface SegmentSpan {
  readonly number: number;
  /** The last index whose entry is in this segment or an older one. */
  lastIndex: number;
}

const offsetMax = 0xffff_ffff;
const saltMax = 2 ** 32;

/**
 * Puts frames into segment files, one at a time. After a rejection it must not be used again, but for one that is
 * `isOutOfSpace`: the *same* group may then be committed again. Whatever the attempt left behind lies after the end of
 * the log, where the next one overwrites it or recovery cuts it off.
 */
export class LogWriter {
  readonly #context: LogWriterContext;
  /** Oldest first; the last one is the active one. */
  readonly #segments: SegmentSpan[];
  #active: ActiveSegment;
  #mark: LogMark;
  #replacedSnapshot: SnapshotRef | undefined;
  /** In its place already, though the group that holds it is not committed: it need not find space a second time. */
  #placedSnapshot: SnapshotRef | undefined;
  #zeros = Buffer.alloc(0);

  private constructor(context: LogWriterContext, segments: SegmentSpan[], active: ActiveSegment, mark: LogMark) {
    this.#context = context;
    this.#segments = segments;
    this.#active = active;
    this.#mark = mark;
  }

  /** Begins the log of an empty folder. */
  static async begin(context: LogWriterContext, mark: LogMark, leftovers: readonly string[]): Promise<LogWriter> {
    await removeFiles(context, leftovers);
    const active = await startSegment(context, { number: 1, previousEnd: 0, mark });
    return new LogWriter(context, [{ number: 1, lastIndex: mark.lastIndex }], active, mark);
  }

  /** Makes what was recovered durable and writable: it may so far be in the kernel's cache only. */
  static async resume(
    context: LogWriterContext,
    recovered: RecoveredLog,
    leftovers: readonly string[],
  ): Promise<LogWriter> {
    const { files, names } = context;
    const { tail } = recovered;
    const segments = recovered.segments.map((segment) => ({ ...segment }));
    const last = segments.at(-1);
    invariant(last !== undefined, 'a recovered log has at least one segment');
    const path = names.segment(last.number);
    const file = await files.open(path);
    if (tail.tornBytes > 0) {
      context.trace({ kind: 'tornTailCut', path, offset: tail.end, bytes: tail.tornBytes });
      await file.truncate(tail.end);
    }
    // Written again before it is synced: if the last process died because this frame's fsync failed, the kernel took
    // its pages for clean and a sync alone would answer "durable" for bytes that never reached the disk.
    if (tail.lastFrame !== undefined) await writeFully(file, tail.lastFrame.bytes, tail.lastFrame.offset);
    await file.syncData();
    await files.syncFolder(names.folder);
    await removeFiles(context, leftovers);
    const claimed = tail.tornBytes > 0 ? tail.end : tail.fileBytes;
    const active = { file, salt: tail.salt, headerEnd: tail.headerEnd, end: tail.end, claimed };
    return new LogWriter(context, segments, active, recovered.mark);
  }

  /** Up to where everything is durable. */
  position(): Acknowledged {
    return { segment: this.#activeSpan().number, offset: this.#active.end };
  }

  segmentCount(): number {
    return this.#segments.length;
  }

  /** Resolves when the group is durable. */
  async commit(group: CommitGroup): Promise<void> {
    if (group.snapshot !== undefined) await this.#writeSnapshot(group.snapshot);
    // A snapshot begins a segment, so that as many older ones as possible hold nothing but what it replaces.
    const isFull = this.#active.end + group.bytes > this.#context.segmentBytesMax;
    if ((isFull || group.snapshot !== undefined) && this.#active.end > this.#active.headerEnd) await this.#rotate();

    const active = this.#active;
    const end = active.end + group.bytes;
    invariant(end <= offsetMax, `a segment ends below 4 GiB, this batch of ${group.bytes} bytes would end at ${end}`);
    await writeFully(active.file, group.frame({ offset: active.end, salt: active.salt }), active.end);
    if (end > active.claimed) await this.#claim(end);
    await active.file.syncData();
    active.end = end;
    if (group.snapshot !== undefined) this.#replacedSnapshot = this.#mark.snapshot;
    this.#mark = group.mark;
    this.#activeSpan().lastIndex = group.mark.lastIndex;
  }

  /** Deletes what the newest snapshot has replaced. Call it when that snapshot is durable. */
  async dropReplaced(): Promise<void> {
    const { names } = this.#context;
    const replaced = this.#replacedSnapshot;
    this.#replacedSnapshot = undefined;
    const paths: string[] = [];
    for (let oldest = this.#segments[0]; oldest !== undefined && this.#isReplaced(oldest); oldest = this.#segments[0]) {
      paths.push(names.segment(oldest.number));
      this.#segments.shift();
    }
    if (replaced !== undefined && !isSameSnapshot(replaced, this.#mark.snapshot)) paths.push(names.snapshot(replaced));
    await removeFiles(this.#context, paths);
  }

  async close(): Promise<void> {
    await this.#active.file.close();
  }

  #isReplaced({ lastIndex }: SegmentSpan): boolean {
    return this.#segments.length > 1 && lastIndex <= (this.#mark.snapshot?.index ?? 0);
  }

  #activeSpan(): SegmentSpan {
    const span = this.#segments.at(-1);
    invariant(span !== undefined, 'a writer always has an active segment');
    return span;
  }

  async #writeSnapshot(snapshot: Snapshot): Promise<void> {
    const { files, names } = this.#context;
    const ref = snapshotRefOf(snapshot);
    if (isSameSnapshot(ref, this.#placedSnapshot)) return;
    const path = names.snapshot(ref);
    await replaceFileAgain(files, path, snapshot.data, LogFiles.temporary(path));
    this.#placedSnapshot = ref;
  }

  async #rotate(): Promise<void> {
    const number = this.#activeSpan().number + 1;
    const next = await startSegment(this.#context, { number, previousEnd: this.#active.end, mark: this.#mark });
    const old = this.#active;
    this.#active = next;
    this.#segments.push({ number, lastIndex: this.#mark.lastIndex });
    await old.file.close();
  }

  async #claim(end: number): Promise<void> {
    const { segmentBytesMax, claimBytes } = this.#context;
    const claimed = Math.max(end, Math.min(end + claimBytes, segmentBytesMax));
    if (this.#zeros.length < claimed - end) this.#zeros = Buffer.alloc(claimBytes);
    this.#active.claimed = end;
    if (claimed === end) return;
    try {
      await writeFully(this.#active.file, this.#zeros.subarray(0, claimed - end), end);
      this.#active.claimed = claimed;
    } catch (error) {
      // The frame itself has found its space; claiming more only makes later ones cheaper.
      if (!isOutOfSpace(error)) throw error;
    }
  }
}

async function removeFiles({ files, trace }: LogWriterContext, paths: readonly string[]): Promise<void> {
  for (const path of paths) await files.remove(path);
  if (paths.length > 0) trace({ kind: 'filesRemoved', paths });
}

/**
 * Under a temporary name until it is synced, so that a segment that has its true name has an intact header: a damaged
 * header is damage, never a crash.
 */
async function startSegment(
  { files, names, claimBytes, segmentBytesMax, trace }: LogWriterContext,
  from: { readonly number: number; readonly previousEnd: number; readonly mark: LogMark },
): Promise<ActiveSegment> {
  const salt = randomInt(saltMax);
  const header = encodeSegmentHeader({
    format: 1,
    segment: from.number,
    salt,
    previousEnd: from.previousEnd,
    mark: from.mark,
  });
  const claimed = Math.max(header.length, Math.min(header.length + claimBytes, segmentBytesMax));
  const path = names.segment(from.number);
  await replaceFileAgain(files, path, Buffer.concat([header], claimed), LogFiles.temporary(path));
  trace({ kind: 'segmentStarted', path });
  return { file: await files.open(path), salt, headerEnd: header.length, end: header.length, claimed };
}
