import type { Entry, Snapshot } from '@quorumkit/raft';
import { decodeCommand } from './command-envelope.js';
import { type LogTime, advanceLogTime, advanceToWallClock, beforeTheFirstEntry } from './log-time.js';
import { type RecordedOutcome, type RecordedResultRow, ResultTable } from './result-table.js';
import type { CommittedEntry, StateMachine } from './state-machine.js';

/** What applying one entry came to. */
export type Applied =
  /** Not a command: nothing reached the state machine. */
  | { readonly kind: 'internal' }
  | { readonly kind: 'command'; readonly entry: CommittedEntry; readonly outcome: RecordedOutcome }
  /** Its key was applied before: the state machine did not see it again. */
  | { readonly kind: 'replayed'; readonly index: number; readonly term: number; readonly outcome: RecordedOutcome };

interface SnapshotContents {
  /** Version 1 has no `leadership`. */
  readonly version: 1 | 2;
  readonly time: number;
  /** How far the last leader's stamps had come. */
  readonly leadership?: { readonly term: number; readonly ms: number };
  readonly results: readonly RecordedResultRow[];
  readonly state: unknown;
}

/**
 * The replicated state of one group: the user's state machine, log time and the results of keyed commands. Changes
 * only by `apply` and `restore`, both determined by the log.
 */
export class AppliedState {
  readonly results: ResultTable;
  private index = 0;
  private time: LogTime = beforeTheFirstEntry;

  constructor(
    private readonly stateMachine: StateMachine,
    limits: { readonly resultsMax: number; readonly resultTtlMs: number },
  ) {
    this.results = new ResultTable(limits);
  }

  /** Everything through here is in the state. */
  get appliedIndex(): number {
    return this.index;
  }

  /** Ms since 1970; see `advanceLogTime`. */
  get logTime(): number {
    return Math.floor(this.time.ms);
  }

  apply(entry: Entry): Applied {
    if (entry.index !== this.index + 1) throw new RangeError(`entry ${entry.index} cannot follow entry ${this.index}`);
    this.index = entry.index;
    if (entry.kind !== 'command') return { kind: 'internal' };

    const { stamp, key, command } = decodeCommand(entry.data);
    this.time =
      'term' in stamp ? advanceLogTime(this.time, stamp, entry.term) : advanceToWallClock(this.time, stamp.wallMs);
    const time = this.logTime;
    this.results.expire(time);
    const earlier = key === undefined ? undefined : this.results.get(key);
    if (earlier !== undefined)
      return { kind: 'replayed', index: earlier.index, term: earlier.term, outcome: earlier.outcome };

    const committed: CommittedEntry = {
      index: entry.index,
      term: entry.term,
      time,
      command,
      ...(key !== undefined && { key }),
    };
    const outcome = this.run(committed);
    if (key !== undefined) this.results.record(key, { index: entry.index, term: entry.term, time, outcome });
    return { kind: 'command', entry: committed, outcome };
  }

  snapshot(): Buffer {
    const { ms, term, leadingMs } = this.time;
    const contents: SnapshotContents = {
      version: 2,
      time: ms,
      leadership: { term, ms: leadingMs },
      results: this.results.rows(),
      state: this.stateMachine.snapshot(),
    };
    return Buffer.from(JSON.stringify(contents));
  }

  restore(snapshot: Snapshot): void {
    const contents = JSON.parse(Buffer.from(snapshot.data).toString('utf8')) as SnapshotContents;
    const { version, time, leadership } = contents;
    if (version !== 1 && version !== 2)
      throw new RangeError(`a snapshot of format ${String(version)} cannot be read, only formats 1 and 2`);
    this.stateMachine.restore(contents.state);
    this.results.replaceBy(contents.results);
    this.time = { ms: time, term: leadership?.term ?? 0, leadingMs: leadership?.ms ?? 0 };
    this.index = snapshot.index;
  }

  digest(): string | undefined {
    return this.stateMachine.digest?.();
  }

  // A command that cannot be applied must not take every replica down, now and at each restart: the throw *is* its outcome.
  private run(entry: CommittedEntry): RecordedOutcome {
    try {
      const result = this.stateMachine.apply(entry);
      if (result instanceof Promise)
        return {
          kind: 'failed',
          errorName: 'TypeError',
          errorMessage: 'apply returned a promise; it must be synchronous',
        };
      return { kind: 'done', result };
    } catch (error) {
      return error instanceof Error
        ? { kind: 'failed', errorName: error.name, errorMessage: error.message }
        : { kind: 'failed', errorName: 'Error', errorMessage: String(error) };
    }
  }
}
