import type { Entry, Snapshot } from '../entry.js';
import type { LogIndex, Term } from '../ids.js';
import { invariant, InvariantViolation } from '../invariant.js';

const noTerm = 0 as Term;

/**
 * The log as the core sees it: everything accepted, durable or not, behind a compacted prefix.
 *
 * Holds at all times: indexes are contiguous; terms never fall; the position before the first entry has a known term
 * (of the compacted entry, or 0 at the start of the log).
 */
export class LogView {
  private entries: Entry[];
  private base: number;
  private baseTerm: Term;
  private held: Snapshot | undefined;

  constructor(snapshot: Snapshot | undefined, entries: readonly Entry[]) {
    this.held = snapshot;
    this.base = snapshot?.index ?? 0;
    this.baseTerm = snapshot?.term ?? noTerm;
    this.entries = [];
    this.append(entries);
  }

  /** The latest snapshot, for followers whose next entry is gone. It may stand for entries that are still here. */
  get snapshot(): Snapshot | undefined {
    return this.held;
  }

  get firstIndex(): LogIndex {
    return (this.base + 1) as LogIndex;
  }

  get lastIndex(): LogIndex {
    return (this.base + this.entries.length) as LogIndex;
  }

  get lastTerm(): Term {
    return this.entries[this.entries.length - 1]?.term ?? this.baseTerm;
  }

  /** The term at a position, also directly before the first entry; undefined outside. */
  termAt(index: number): Term | undefined {
    if (index === this.base) return this.baseTerm;
    return this.entries[index - this.base - 1]?.term;
  }

  entryAt(index: number): Entry | undefined {
    return this.entries[index - this.base - 1];
  }

  /** The entries in [from, toExclusive) that are here. */
  slice(from: number, toExclusive: number): readonly Entry[] {
    return this.entries.slice(Math.max(from - this.base - 1, 0), Math.max(toExclusive - this.base - 1, 0));
  }

  /** Entries from an index on, within limits, but at least one if there is one. */
  batch(from: number, limits: { readonly entries: number; readonly bytes: number }): readonly Entry[] {
    const start = from - this.base - 1;
    const stop = Math.min(start + limits.entries, this.entries.length);
    let end = start;
    let bytes = 0;
    while (end < stop) {
      bytes += this.entries[end]?.data.byteLength ?? 0;
      if (bytes > limits.bytes && end > start) break;
      end += 1;
    }
    return this.entries.slice(start, end);
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index !== this.lastIndex + 1 || entry.term < this.lastTerm) this.refuse(entry);
      this.entries.push(entry);
    }
  }

  private refuse(entry: Entry): never {
    const last = `position ${this.lastIndex}, term ${this.lastTerm}`;
    throw new InvariantViolation(
      `positions are contiguous and terms never fall along a log: position ${entry.index}, term ${entry.term} cannot follow ${last}`,
    );
  }

  truncateFrom(index: number): void {
    invariant(
      index > this.base,
      () => `the compacted part of the log (through ${this.base}) is committed; it cannot be cut at ${index}`,
    );
    this.entries.length = Math.min(index - this.base - 1, this.entries.length);
  }

  /** Raft §5.4.1: would a voter with this log accept a candidate whose log ends so? */
  isUpToDate(candidate: { readonly lastLogIndex: LogIndex; readonly lastLogTerm: Term }): boolean {
    if (candidate.lastLogTerm !== this.lastTerm) return candidate.lastLogTerm > this.lastTerm;
    return candidate.lastLogIndex >= this.lastIndex;
  }

  /** The first position whose term is at least `term`; one past the end if there is none. Terms never fall, so it can bisect. */
  firstIndexFromTerm(term: Term): LogIndex {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle]?.term ?? noTerm) < term) low = middle + 1;
      else high = middle;
    }
    return (this.base + low + 1) as LogIndex;
  }

  /** Forgets entries through an index that a snapshot stands for. */
  compactThrough(index: number): void {
    if (index <= this.base) return;
    const term = this.termAt(index);
    invariant(term !== undefined, () => `only existing entries can be compacted: ${index} is after ${this.lastIndex}`);
    this.entries = this.entries.slice(index - this.base);
    this.base = index;
    this.baseTerm = term;
  }

  /** Remembers a snapshot of entries that this log has. */
  holdSnapshot(snapshot: Snapshot): void {
    this.held = snapshot;
  }

  /**
   * Puts a leader's snapshot in place of the log. A suffix that agrees with it is kept (Raft §7): it may hold
   * entries that this replica has acknowledged.
   *
   * @returns whether a suffix was kept.
   */
  install(snapshot: Snapshot): boolean {
    const agrees = this.termAt(snapshot.index) === snapshot.term;
    if (agrees) {
      this.compactThrough(snapshot.index);
    } else {
      this.entries = [];
      this.base = snapshot.index;
      this.baseTerm = snapshot.term;
    }
    this.held = snapshot;
    return agrees;
  }
}
