import type { Entry, HardState, LogIndex } from '@quorumkit/raft';
import type { LogMark } from '../format/segment-header.js';
import { isSameSnapshot } from '../format/snapshot-ref.js';
import type { SnapshotRef } from '../format/snapshot-ref.js';
import { ReplayError } from '../format/record.js';
import type { RecordSink } from '../format/record.js';

/** Rebuilds a log from its records, oldest first, and refuses records that cannot follow each other. */
export class LogReplay implements RecordSink {
  #hardState: HardState;
  #snapshot: SnapshotRef | undefined;
  /** Entries with indexes `#from`, `#from + 1`, … */
  #entries: Entry[] = [];
  #from: number;
  /**
   * Entries through here were in segments that are gone. They must turn out to be replaced by a snapshot, which may
   * come later in the log than they did.
   */
  #missingThrough: number;
  readonly #storeId: number | undefined;

  /** `mark` is from the oldest segment that is there. */
  constructor(mark: LogMark) {
    this.#hardState = mark.hardState;
    this.#snapshot = mark.snapshot;
    this.#from = mark.lastIndex + 1;
    this.#missingThrough = mark.lastIndex;
    this.#storeId = mark.storeId;
  }

  mark(): LogMark {
    const storeId = this.#storeId;
    return {
      hardState: this.#hardState,
      snapshot: this.#snapshot,
      lastIndex: this.#lastIndex,
      ...(storeId !== undefined && { storeId }),
    };
  }

  /** A later segment begins: it must begin where the log is now. */
  checkMark(mark: LogMark): void {
    const here = this.mark();
    const agrees =
      mark.lastIndex === here.lastIndex &&
      mark.storeId === here.storeId &&
      mark.hardState.term === here.hardState.term &&
      mark.hardState.votedFor === here.hardState.votedFor &&
      isSameSnapshot(mark.snapshot, here.snapshot);
    if (agrees) return;
    throw new ReplayError(
      'contradiction',
      `it follows a log that ends at index ${mark.lastIndex} in term ${mark.hardState.term}, but the segments before it end at ${here.lastIndex} in term ${here.hardState.term}`,
    );
  }

  hardState(next: HardState): void {
    if (next.term < this.#hardState.term) {
      throw new ReplayError('contradiction', `the term goes back from ${this.#hardState.term} to ${next.term}`);
    }
    this.#hardState = next;
  }

  truncate(from: LogIndex): void {
    if (from > this.#lastIndex)
      throw new ReplayError('contradiction', `entries from ${from} are cut, but the log ends at ${this.#lastIndex}`);
    this.#missingThrough = Math.min(this.#missingThrough, from - 1);
    if (from >= this.#from) this.#entries.length = from - this.#from;
    else this.#clear(from);
  }

  snapshot(next: SnapshotRef): void {
    this.#snapshot = next;
    if (next.index > this.#lastIndex) this.#clear(next.index + 1);
  }

  entry(entry: Entry): void {
    if (entry.index !== this.#lastIndex + 1) {
      throw new ReplayError('contradiction', `entry ${entry.index} follows entry ${this.#lastIndex}`);
    }
    this.#entries.push(entry);
  }

  /** The entries that follow the snapshot. Throws when some of them are missing. */
  finish(): { readonly mark: LogMark; readonly entries: readonly Entry[] } {
    const through = this.#snapshot?.index ?? 0;
    if (this.#missingThrough > through) {
      throw new ReplayError(
        'missing',
        `entries ${through + 1} to ${this.#missingThrough} were in segments that are gone, and no snapshot holds them`,
      );
    }
    const replaced = Math.max(0, through + 1 - this.#from);
    return { mark: this.mark(), entries: replaced === 0 ? this.#entries : this.#entries.slice(replaced) };
  }

  get #lastIndex(): number {
    return this.#from + this.#entries.length - 1;
  }

  #clear(from: number): void {
    this.#entries = [];
    this.#from = from;
  }
}
