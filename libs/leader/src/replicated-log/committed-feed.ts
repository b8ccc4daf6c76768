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
    super(
      `Entries from ${from} on are no longer in the log, which starts at ${firstLogIndex}. Use the state machine's state instead.`,
    );
  }
}

interface Follower {
  next: number;
  readonly subscriber: Subscriber<CommittedEntry>;
}

const entriesPerRead = 256;
/** Of what is no command, and of repeats of keyed ones. */
const notFed = -1;

/** Lets subscribers follow the applied commands: each has its own place in the log, nothing is buffered for it. */
export class CommittedFeed {
  private readonly followers = new Set<Follower>();
  /** Log time of each applied entry from `timesFrom` on, which the entry alone does not tell; `notFed` where it is not fed. */
  private times: number[] = [];
  private timesFrom = 1;

  constructor(
    private readonly raft: () => Raft | undefined,
    private readonly appliedIndex: () => number,
  ) {}

  noted(entry: Entry, applied: Applied): void {
    if (entry.index !== this.timesFrom + this.times.length) {
      // After a snapshot: what it stands for is fed to nobody.
      this.times = [];
      this.timesFrom = entry.index;
    }
    this.times.push(applied.kind === 'command' ? applied.entry.time : notFed);
  }

  /** The log before this index is gone. */
  compacted(firstLogIndex: number): void {
    if (firstLogIndex <= this.timesFrom) return;
    this.times = this.times.slice(firstLogIndex - this.timesFrom);
    this.timesFrom = firstLogIndex;
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
        const time = this.times[entry.index - this.timesFrom] ?? notFed;
        if (time !== notFed) subscriber.next(committedEntry(entry, time));
      }
    }
  }
}

function committedEntry(entry: Entry, time: number): CommittedEntry {
  const { key, command } = decodeCommand(entry.data);
  return { index: entry.index, term: entry.term, time, command, ...(key !== undefined && { key }) };
}
