import type { Observable } from 'rxjs';
import type { CommittedEntry } from './state-machine.js';

export interface ProposeOptions {
  /**
   * Idempotency key, 1–255 visible ASCII characters. A command under a key that was already applied is not applied
   * again: its first result is returned with `replayed: true`. Remembered for `limits.resultTtlMs` of log time
   * (25 h, which take at least 24 h, whatever wall clocks show) and at most `limits.resultsMax` keys, across restarts
   * and leaders. Same key must mean same command.
   */
  readonly key?: string;
  /** On the scale of `performance.now()`, ms. Default: `limits.deadlineMs` (5 s) from now. */
  readonly deadline?: number;
}

export interface Outcome<R> {
  readonly index: number;
  readonly term: number;
  readonly result: R;
  /** The command had been applied before under the same key; index, term and result are those of that time. */
  readonly replayed: boolean;
}

/**
 * - `linearizable`: sees everything that was acknowledged before the call; leader only, one quorum round (Raft §6.4).
 * - `stale`: what this replica has applied, at no cost.
 * - `minIndex`: what this replica has applied, once that includes the index.
 */
export type ReadConsistency = 'linearizable' | 'stale' | { readonly minIndex: number };

/**
 * The replicated log of one group. Inject with `@InjectReplicatedLog(group)`.
 *
 * Promise: when `propose` resolves, the command is on the disks of a majority and applied here; every replica applies
 * the same commands in the same order, each once.
 * Non-promise: that a rejected promise means "did not happen". Ask the error: `definite`.
 */
export abstract class ReplicatedLog<C = unknown, R = unknown> {
  /**
   * @throws NotLeaderError, BackpressureError, ProposalRejectedError: nothing was written.
   * @throws ApplyError: the state machine refused the command.
   * @throws IndeterminateError: appended, fate unknown. Retry with the same key.
   */
  abstract propose(command: C, options?: ProposeOptions): Promise<Outcome<R>>;
  /**
   * Calls `fn` once the state machine is as fresh as asked for; nothing is applied while it runs synchronously.
   * @throws NotLeaderError, BackpressureError, DeadlineExceededError
   */
  abstract read<T>(
    fn: () => T,
    options: { readonly consistency: ReadConsistency; readonly deadline?: number },
  ): Promise<T>;
  /** Resolves when the entry at `index` has been applied here. @throws BackpressureError, DeadlineExceededError */
  abstract waitFor(index: number, options?: { readonly deadline?: number }): Promise<void>;
  /**
   * Applied commands from index `from` (default: the next one), in order, without gaps. Errors when `from` is no
   * longer in the log: take the state machine's state instead.
   */
  abstract committed$(options?: { readonly from?: number }): Observable<CommittedEntry<C>>;
  /** The state machine contains everything through here. */
  abstract readonly appliedIndex: number;
  abstract readonly commitIndex: number;
}
