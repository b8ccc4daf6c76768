import { setImmediate } from 'node:timers';
import { invariant } from '@quorumkit/raft';
import type { PersistBatch, StoredState } from '@quorumkit/raft';
import { AcknowledgedNote } from './acknowledged-note.js';
import { CommitGroup } from './commit-group.js';
import { StorageDamagedError, StorageFailedError, StoreInUseError, isOutOfSpace } from './errors.js';
import { parseFileLogStoreOptions } from './file-log-store-options.js';
import type { FileLogStoreOptions } from './file-log-store-options.js';
import type { FileOps } from './file-ops.js';
import { ByteWriter } from './format/byte-writer.js';
import type { LogMark } from './format/segment-header.js';
import { snapshotRefOf } from './format/snapshot-ref.js';
import { takeFolderLock } from './lock/folder-lock.js';
import type { FolderLock } from './lock/folder-lock.js';
import { LogFiles } from './log-files.js';
import { advance, isEmptyOutline, outlineOf } from './log-outline.js';
import type { LogOutline } from './log-outline.js';
import type { LogStore } from './log-store.js';
import { LogWriter } from './log-writer.js';
import type { LogWriterContext } from './log-writer.js';
import { recoverLog } from './recovery/recover-log.js';
import type { Recovery } from './recovery/recover-log.js';
import { decideSetAside, finishSetAside, moveAside, readSetAside } from './recovery/set-aside.js';
import type { SetAside } from './recovery/set-aside.js';
import { withStorageErrors } from './storage-errors.js';

const emptyMark: LogMark = {
  hardState: { term: 0, votedFor: undefined } as LogMark['hardState'],
  snapshot: undefined,
  lastIndex: 0,
};
/** A buffer that one large commit needed is not kept for the small ones after it. */
const keptBufferBytesMax = 1024 * 1024;

/** Pauses between two attempts to write on a full disk: the first one, and the longest; each is twice the one before. */
const spacePauseMs = { first: 100, longest: 5000 };

/** What exists only while the store is open. */
interface OpenLog {
  readonly outline: LogOutline;
  /** What the log amounts to after the last batch that was accepted. */
  mark: LogMark;
  writer: LogWriter;
  note: AcknowledgedNote;
  readonly lock: FolderLock;
}

/**
 * A log in append-only files with group commit.
 *
 * Promise: that of `LogStore`. One group commit is one write and one fdatasync; whatever is appended while it runs
 * becomes the next one, without timers. A write that a crash interrupted is cut at the next start; a log that is
 * damaged in any other way is refused, unchanged. A disk that is full delays: what was appended waits, is tried again
 * for as long as it takes, and is acknowledged when it is durable. After any other refusal of the disk, and after a
 * failed sync of whatever cause, nothing is accepted any more and no sync is tried again.
 *
 * Non-promise: no protection against a disk that acknowledges a flush and forgets it, nor against two containers that
 * share a folder and a host name but cannot see each other's processes.
 */
export class FileLogStore implements LogStore {
  readonly #options: Required<FileLogStoreOptions>;
  readonly #names: LogFiles;
  readonly #files: FileOps;
  #state: 'closed' | 'busy' | 'open' = 'closed';
  #log: OpenLog | undefined;
  /** The last one takes further batches; none of them has begun to be written. */
  #queue: CommitGroup[] = [];
  #flushing: Promise<void> | undefined;
  /** Why nothing more is accepted: the disk refused, or a batch would have broken the log. */
  #dead: Error | undefined;
  #spareWriter: ByteWriter | undefined;
  /** Ends a pause on a full disk: the store is being closed. */
  #hurry: () => void = () => undefined;

  constructor(options: FileLogStoreOptions) {
    this.#options = parseFileLogStoreOptions(options);
    this.#names = new LogFiles(this.#options.dataDir, this.#options.groupName);
    this.#files = withStorageErrors(this.#options.files);
  }

  /**
   * Rejects with `StoreInUseError`, `StorageDamagedError` (both: nothing was changed) or `StorageFailedError`.
   * Entries' data are views into the segments' bytes: a segment stays in memory while one of its entries does.
   */
  async open(): Promise<StoredState> {
    if (this.#dead !== undefined) throw this.#dead;
    if (this.#state !== 'closed')
      throw new StoreInUseError(this.#options.dataDir, undefined, 'this store has it open already');
    this.#state = 'busy';
    try {
      const stored = await this.#open();
      this.#state = 'open';
      return stored;
    } catch (error) {
      this.#state = 'closed';
      throw error;
    }
  }

  append(batch: PersistBatch): Promise<void> {
    const log = this.#log;
    if (this.#state !== 'open' || log === undefined) {
      return Promise.reject(new Error(`The log store in ${this.#options.dataDir} is not open. Nothing was written.`));
    }
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    try {
      const plan = advance(log.outline, batch);
      const snapshot = batch.snapshot === undefined ? log.mark.snapshot : snapshotRefOf(batch.snapshot);
      log.mark = { ...log.mark, hardState: log.outline.hardState, snapshot, lastIndex: log.outline.lastIndex };
      const group = this.#groupWithRoom();
      group.add(plan, log.mark);
      this.#flushing ??= this.#flush(log);
      return group.done;
    } catch (error) {
      this.#dead = error as Error;
      return Promise.reject(error);
    }
  }

  async identify(): Promise<number> {
    const log = this.#log;
    invariant(log !== undefined && this.#state === 'open', 'a store is open when it is given its id');
    invariant(isEmptyOutline(log.outline), 'a store is given its id before anything is appended');
    const storeId = this.#options.newStoreId();
    log.mark = { ...log.mark, storeId };
    const empty = log.writer;
    // The first segment is replaced by one that says whose it is: at every moment there is one or the other.
    log.writer = await LogWriter.begin(this.#writerContext(), log.mark, []);
    await empty.close();
    log.note.set(log.writer.position());
    return storeId;
  }

  /** Also lets go of the folder after a failure; what was queued then was rejected already. */
  async close(): Promise<void> {
    const log = this.#log;
    if (this.#state !== 'open' || log === undefined) return;
    this.#state = 'busy';
    this.#hurry();
    await this.#flushing;
    this.#log = undefined;
    try {
      await log.note.close();
      await log.writer.close();
    } finally {
      await log.lock.release();
      this.#state = 'closed';
    }
  }

  async #open(): Promise<StoredState> {
    const startedAt = performance.now();
    const { dataDir, trace } = this.#options;
    await this.#files.makeFolder(dataDir);
    const lock = await this.#takeLock();
    try {
      const { recovery, replaced } = await this.#recover();
      const { log: recovered, leftovers } = recovery;
      const context = this.#writerContext();
      const mark = recovered?.mark ?? { ...emptyMark, ...(replaced && { storeId: replaced.storeId }) };
      const writer =
        recovered === undefined
          ? await LogWriter.begin(context, mark, leftovers)
          : await LogWriter.resume(context, recovered, leftovers);
      if (replaced !== undefined) await finishSetAside(this.#files, this.#names);
      // The note may lag: a full disk may make it.
      const onFailure = (error: unknown): void => (isOutOfSpace(error) ? undefined : this.#fail(error));
      const note = await AcknowledgedNote.begin(this.#files, this.#names, writer.position(), onFailure);
      const { hardState, storeId } = mark;
      const stored = {
        hardState,
        snapshot: recovered?.snapshot,
        entries: recovered?.entries ?? [],
        ...(storeId !== undefined && { storeId }),
      };
      this.#log = { outline: outlineOf(stored), mark, writer, note, lock };
      trace({
        kind: 'opened',
        folder: dataDir,
        entries: stored.entries.length,
        snapshotIndex: mark.snapshot?.index ?? 0,
        lastIndex: mark.lastIndex,
        segments: writer.segmentCount(),
        durationMs: performance.now() - startedAt,
      });
      return stored;
    } catch (error) {
      // What went wrong first is what must be told; a lock that stays is taken over once this process has ended.
      await lock.release().catch(() => undefined);
      throw error;
    }
  }

  /** What the folder holds; nothing, where it is damaged and may be set aside. */
  async #recover(): Promise<{ readonly recovery: Recovery; readonly replaced: SetAside | undefined }> {
    let replaced = await readSetAside(this.#files, this.#names);
    if (replaced === undefined) {
      try {
        return { recovery: await recoverLog(this.#files, this.#names), replaced };
      } catch (damage) {
        const isLost = damage instanceof StorageDamagedError && damage.reason !== 'unknownFormat';
        if (!isLost || this.#options.onDamage === 'refuse') throw damage;
        const { newStoreId, epochMs } = this.#options;
        const about = { storeId: newStoreId(), at: epochMs(), damage };
        replaced = await decideSetAside(this.#files, this.#names, about);
      }
    }
    await moveAside(this.#files, this.#names, replaced);
    this.#options.trace({ kind: 'setAside', ...replaced });
    return { recovery: await recoverLog(this.#files, this.#names), replaced };
  }

  #writerContext(): LogWriterContext {
    return { ...this.#options, files: this.#files, names: this.#names };
  }

  async #takeLock(): Promise<FolderLock> {
    const { dataDir, groupName, files, processes, trace } = this.#options;
    try {
      return await takeFolderLock({
        files,
        processes,
        folder: dataDir,
        name: groupName,
        onTakeover: ({ pid, since }) => trace({ kind: 'lockTakenOver', pid, since }),
      });
    } catch (cause) {
      throw cause instanceof StoreInUseError ? cause : new StorageFailedError('take the lock', dataDir, { cause });
    }
  }

  #groupWithRoom(): CommitGroup {
    const last = this.#queue.at(-1);
    if (last !== undefined && last.bytes < this.#options.commitBytesMax) return last;
    const group = new CommitGroup(this.#spareWriter ?? new ByteWriter());
    this.#spareWriter = undefined;
    this.#queue.push(group);
    return group;
  }

  async #flush(log: OpenLog): Promise<void> {
    // One turn of the event loop before each commit: whoever was just acknowledged, and whatever else is ready now,
    // gets into it. Going at once would make two half-full groups that take turns, each waiting for the other's sync.
    await turn();
    for (let group = this.#queue.shift(); group !== undefined; group = this.#queue.shift()) {
      const startedAt = performance.now();
      try {
        await this.#commit(log, group);
      } catch (error) {
        if (isOutOfSpace(error)) this.#refuse(error, group);
        else this.#fail(error, group);
        break;
      }
      group.resolve();
      log.note.set(log.writer.position());
      this.#options.trace({
        kind: 'committed',
        batches: group.batches,
        bytes: group.bytes,
        durationMs: performance.now() - startedAt,
      });
      if (group.snapshot !== undefined) await this.#dropReplaced(log);
      if (group.writer.buffer.length <= keptBufferBytesMax) this.#spareWriter = group.writer;
      await turn();
    }
    this.#flushing = undefined;
  }

  /** Until there is space, or the store is closed. */
  async #commit(log: OpenLog, group: CommitGroup): Promise<void> {
    const { trace, onCondition, pause } = this.#options;
    let fullSince: number | undefined;
    for (let pauseMs = spacePauseMs.first; ; pauseMs = Math.min(pauseMs * 2, spacePauseMs.longest)) {
      try {
        await log.writer.commit(group);
        break;
      } catch (error) {
        if (!isOutOfSpace(error) || this.#state !== 'open') throw error;
        if (fullSince === undefined) {
          trace({ kind: 'spaceExhausted', error });
          onCondition('full');
        }
        fullSince ??= performance.now();
        await Promise.race([pause(pauseMs), new Promise<void>((resolve) => (this.#hurry = resolve))]);
      }
    }
    if (fullSince === undefined) return;
    trace({ kind: 'spaceReturned', waitedMs: performance.now() - fullSince });
    onCondition('writable');
  }

  async #dropReplaced({ writer }: OpenLog): Promise<void> {
    try {
      await writer.dropReplaced();
    } catch (error) {
      // Some file systems need space to remove a file. What stays is removed at the next start.
      if (!isOutOfSpace(error)) this.#fail(error);
    }
  }

  /** Closed while the disk was full: nobody is told "durable", and nothing has failed for good. */
  #refuse(error: StorageFailedError, group: CommitGroup): void {
    const refused = [group, ...this.#queue];
    this.#queue = [];
    for (const each of refused) each.reject(error);
  }

  #fail(cause: unknown, group?: CommitGroup): void {
    const isFirst = this.#dead === undefined;
    const error =
      cause instanceof StorageFailedError
        ? cause
        : new StorageFailedError('write the log', this.#options.dataDir, { cause });
    this.#dead ??= error;
    const refused = group === undefined ? this.#queue : [group, ...this.#queue];
    this.#queue = [];
    for (const each of refused) each.reject(error);
    if (!isFirst) return;
    this.#options.trace({ kind: 'failed', error });
    this.#options.onFailure(error);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
