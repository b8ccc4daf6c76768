import { type Entry, type LogIndex, type Raft, entriesOf, statusOf } from '@quorumkit/raft';
import { Observable, type Subscriber } from 'rxjs';
import type { Applied } from './applied-state.js';
import { decodeCommand } from './command-envelope.js';
import type { CommittedEntry } from './state-machine.js';

/** The log no longer holds what was asked for: a snapshot stands for it. Take the state machine's state instead. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly code = 'COMPACTED';
  readonly definite = true;

  constructor(
    readonly from: number,
    readonly firstLogIndex: number,
  ) {
    super(`Entries from ${from} on are no longer in the log, which starts at ${firstLogIndex}. Use the state machine's state instead.`);
  }
}

interface Follower {
  next: number;
  readonly subscriber: Subscriber<CommittedEntry>;
}

const entriesPerRead = 256;

/** Lets subscribers follow the applied commands: each has its own place in the log, nothing is buffered for it. */
export class CommittedFeed {
  private readonly followers = new Set<Follower>();
  /** Where log time differs from the entry's own time (a leader's clock was behind its predecessor's). */
  private readonly times = new Map<number, number>();
  private readonly replayed = new Set<number>();

  constructor(
    private readonly raft: () => Raft | undefined,
    private readonly appliedIndex: () => number,
  ) {}

  noted(entry: Entry, applied: Applied): void {
    if (applied.kind === 'replayed') this.replayed.add(entry.index);
    else if (applied.kind === 'command' && applied.timeCorrected) this.times.set(entry.index, applied.entry.time);
  }

  /** The log before this index is gone. */
  compacted(firstLogIndex: number): void {
    for (const index of this.times.keys()) if (index < firstLogIndex) this.times.delete(index);
    for (const index of this.replayed) if (index < firstLogIndex) this.replayed.delete(index);
  }

  progressed(): void {
    for (const follower of this.followers) this.pump(follower);
  }

  from(index: number | undefined): Observable<CommittedEntry> {
    return new Observable((subscriber) => {
      const follower: Follower = { next: index ?? this.appliedIndex() + 1, subscriber };
      this.followers.add(follower);
      this.pump(follower);
      return () => this.followers.delete(follower);
    });
  }

  complete(): void {
    for (const { subscriber } of [...this.followers]) subscriber.complete();
  }

  private pump(follower: Follower): void {
    const raft = this.raft();
    if (raft === undefined) return;
    const { subscriber } = follower;
    while (follower.next <= this.appliedIndex() && !subscriber.closed) {
      const first = statusOf(raft).firstLogIndex;
      if (follower.next < first) {
        subscriber.error(new CompactedError(follower.next, first));
        return;
      }
      const end = Math.min(follower.next + entriesPerRead, this.appliedIndex() + 1);
      for (const entry of entriesOf(raft, follower.next as LogIndex, end as LogIndex)) {
        if (subscriber.closed) return;
        follower.next = entry.index + 1;
        if (entry.kind === 'command' && !this.replayed.has(entry.index)) subscriber.next(this.committedEntry(entry));
      }
    }
  }

  private committedEntry(entry: Entry): CommittedEntry {
    const { time, key, command } = decodeCommand(entry.data);
    return { index: entry.index, term: entry.term, time: this.times.get(entry.index) ?? time, command, ...(key !== undefined && { key }) };
  }
}
