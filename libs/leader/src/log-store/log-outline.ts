import { invariant } from '@quorumkit/raft';
import type { Entry, HardState, LogIndex, PersistBatch, StoredState, Term } from '@quorumkit/raft';

/**
 * What a store must know about its log to judge the next batch: everything but the data. Both stores keep one, so
 * that a batch that would break the log is refused before a byte of it is written.
 */
export interface LogOutline {
  hardState: HardState;
  /** Index and term of the newest snapshot; both 0 when there is none. */
  snapshot: { readonly index: LogIndex; readonly term: Term };
  lastIndex: LogIndex;
  /** Terms of the entries after the snapshot, as runs in ascending order: each begins at `from`. */
  readonly terms: TermRun[];
}

interface TermRun {
  readonly from: LogIndex;
  readonly term: Term;
}

/** A batch as it is to be carried out, in this order: hard state, truncation, snapshot, entries. */
export interface BatchPlan {
  readonly batch: PersistBatch;
  /** Remove the entries from here on; undefined: none are removed. */
  readonly truncateFrom: LogIndex | undefined;
}

export function emptyOutline(): LogOutline {
  return {
    hardState: { term: 0 as Term, votedFor: undefined },
    snapshot: { index: 0 as LogIndex, term: 0 as Term },
    lastIndex: 0 as LogIndex,
    terms: [],
  };
}

/** Nothing was ever appended: not even a vote. */
export function isEmptyOutline({ hardState, snapshot, lastIndex }: LogOutline): boolean {
  return hardState.term === 0 && hardState.votedFor === undefined && snapshot.index === 0 && lastIndex === 0;
}

/** What is to be remembered of a log that was read back. */
export function outlineOf({ hardState, snapshot, entries }: StoredState): LogOutline {
  const outline = emptyOutline();
  outline.hardState = hardState;
  if (snapshot !== undefined) replaceThrough(outline, snapshot.index, snapshot.term);
  extend(outline, entries);
  return outline;
}

/** The term of the entry at `index`, of the snapshot when it ends there, undefined when the log does not reach it. */
export function termAt(outline: LogOutline, index: LogIndex): Term | undefined {
  if (index === outline.snapshot.index) return outline.snapshot.term;
  if (index < outline.snapshot.index || index > outline.lastIndex) return undefined;
  return outline.terms.findLast((run) => run.from <= index)?.term;
}

/**
 * Checks a batch against the log and carries it out on the outline.
 *
 * A snapshot replaces the log through its index. Entries after it stay only when the log agrees with the snapshot at
 * its last entry; otherwise the whole log conflicts with it and goes (Raft figure 13, rules 6 and 7).
 *
 * Throws `InvariantViolation` when the batch cannot follow what the store holds: carrying it out would lose
 * acknowledged entries, or give two votes in one term.
 */
export function advance(outline: LogOutline, batch: PersistBatch): BatchPlan {
  checkHardState(outline.hardState, batch.hardState);
  if (batch.hardState !== undefined) outline.hardState = batch.hardState;
  let truncateFrom = truncate(outline, batch.truncateFrom);
  if (batch.snapshot !== undefined) {
    const { index, term } = batch.snapshot;
    invariant(
      index > outline.snapshot.index,
      `a snapshot moves the log's start forward: it is at ${outline.snapshot.index}, the new snapshot at ${index}`,
    );
    if (termAt(outline, index) !== term) {
      const cut = truncate(outline, (outline.snapshot.index + 1) as LogIndex);
      truncateFrom = cut ?? truncateFrom;
    }
    replaceThrough(outline, index, term);
  }
  extend(outline, batch.entries);
  return { batch, truncateFrom };
}

function checkHardState(current: HardState, next: HardState | undefined): void {
  if (next === undefined) return;
  invariant(next.term >= current.term, `a term never goes back: stored ${current.term}, now ${next.term}`);
  invariant(
    next.term > current.term || current.votedFor === undefined || next.votedFor === current.votedFor,
    `one vote a term: voted for ${current.votedFor} in term ${current.term}, now for ${next.votedFor}`,
  );
}

function truncate(outline: LogOutline, from: LogIndex | undefined): LogIndex | undefined {
  if (from === undefined || from > outline.lastIndex) return undefined;
  invariant(
    from > outline.snapshot.index,
    `entries of a snapshot are committed: cannot truncate from ${from}, the snapshot is at ${outline.snapshot.index}`,
  );
  outline.lastIndex = (from - 1) as LogIndex;
  while (outline.terms.length > 0 && outline.terms[outline.terms.length - 1]!.from >= from) outline.terms.pop();
  return from;
}

function replaceThrough(outline: LogOutline, index: LogIndex, term: Term): void {
  const following = outline.terms.findLastIndex((run) => run.from <= index + 1);
  const first = outline.terms[following];
  outline.terms.splice(0, following + 1);
  if (outline.lastIndex > index && first !== undefined) {
    outline.terms.unshift({ from: (index + 1) as LogIndex, term: first.term });
  }
  outline.snapshot = { index, term };
  if (outline.lastIndex < index) outline.lastIndex = index;
}

function extend(outline: LogOutline, entries: readonly Entry[]): void {
  let lastTerm = outline.terms.at(-1)?.term ?? outline.snapshot.term;
  for (const { index, term } of entries) {
    // The messages are made only when they are needed: this loop sees every entry.
    if (index !== outline.lastIndex + 1)
      invariant(false, `entries are contiguous: the log ends at ${outline.lastIndex}, got ${index}`);
    if (term < lastTerm)
      invariant(false, `terms never go back along the log: entry ${index} has ${term} after ${lastTerm}`);
    if (term > lastTerm || outline.terms.length === 0) outline.terms.push({ from: index, term });
    outline.lastIndex = index;
    lastTerm = term;
  }
}
