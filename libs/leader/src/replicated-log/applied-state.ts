import type { Entry, Snapshot } from '@quorumkit/raft';
import { decodeCommand } from './command-envelope.js';
import { type RecordedOutcome, type RecordedResultRow, ResultTable } from './result-table.js';
import type { CommittedEntry, StateMachine } from './state-machine.js';

/** What applying one entry came to. */
export type Applied =
  /** Not a command: nothing reached the state machine. */
  | { readonly kind: 'internal' }
  | {
      readonly kind: 'command';
      readonly entry: CommittedEntry;
      readonly outcome: RecordedOutcome;
      /** Log time is ahead of the time in the entry's envelope. */
      readonly timeCorrected: boolean;
    }
  /** Its key was applied before: the state machine did not see it again. */
  | { readonly kind: 'replayed'; readonly index: number; readonly term: number; readonly outcome: RecordedOutcome };

interface SnapshotContents {
  readonly version: 1;
  readonly time: number;
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
  private time = 0;

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

  get logTime(): number {
    return this.time;
  }

  apply(entry: Entry): Applied {
    if (entry.index !== this.index + 1) throw new RangeError(`entry ${entry.index} cannot follow entry ${this.index}`);
    this.index = entry.index;
    if (entry.kind !== 'command') return { kind: 'internal' };

    const { time, key, command } = decodeCommand(entry.data);
    // A new leader's wall clock may be behind the old one's; log time stands still until it has caught up.
    this.time = Math.max(this.time, time);
    this.results.expire(this.time);
    const earlier = key === undefined ? undefined : this.results.get(key);
    if (earlier !== undefined) return { kind: 'replayed', index: earlier.index, term: earlier.term, outcome: earlier.outcome };

    const committed: CommittedEntry = { index: entry.index, term: entry.term, time: this.time, command, ...(key !== undefined && { key }) };
    const outcome = this.run(committed);
    if (key !== undefined) this.results.record(key, { index: entry.index, term: entry.term, time: this.time, outcome });
    return { kind: 'command', entry: committed, outcome, timeCorrected: this.time !== time };
  }

  snapshot(): Buffer {
    const contents: SnapshotContents = { version: 1, time: this.time, results: this.results.rows(), state: this.stateMachine.snapshot() };
    return Buffer.from(JSON.stringify(contents));
  }

  restore(snapshot: Snapshot): void {
    const contents = JSON.parse(Buffer.from(snapshot.data).toString('utf8')) as SnapshotContents;
    if (contents.version !== 1) throw new RangeError(`a snapshot of format ${String(contents.version)} cannot be read, only format 1`);
    this.stateMachine.restore(contents.state);
    this.results.replaceBy(contents.results);
    this.time = contents.time;
    this.index = snapshot.index;
  }

  digest(): string | undefined {
    return this.stateMachine.digest?.();
  }

  // A command that cannot be applied must not take every replica down, now and at each restart: the throw *is* its outcome.
  private run(entry: CommittedEntry): RecordedOutcome {
    try {
      const result = this.stateMachine.apply(entry);
      if (result instanceof Promise) return { kind: 'failed', errorName: 'TypeError', errorMessage: 'apply returned a promise; it must be synchronous' };
      return { kind: 'done', result };
    } catch (error) {
      return error instanceof Error
        ? { kind: 'failed', errorName: error.name, errorMessage: error.message }
        : { kind: 'failed', errorName: 'Error', errorMessage: String(error) };
    }
  }
}
