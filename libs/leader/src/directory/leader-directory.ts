import { type Observable } from 'rxjs';
import type { Attempt, CallOptions, Leader, LeaderDirectoryOptions } from './directory-options.js';

/**
 * For callers outside the group: knows the leader, notices its death, and conducts the election as *nominator*: it
 * says who should campaign and when; the replicas' votes decide.
 *
 * Promise: adopts only a leader that a majority names; never goes back to an older term; concurrent callers share one
 * probe; nominations are rate-limited.
 * Non-promise: that the leader is still the leader when you call it. `call` handles that.
 */
export class LeaderDirectory {
  constructor(_options: LeaderDirectoryOptions) {}

  /** Begins to watch the leader. `LeaderDirectoryModule` does it at application start. */
  start(): void {
    throw new Error('not implemented yet');
  }

  /** Ends timers and connections; waiting callers get a NoLeaderError. */
  close(): Promise<void> {
    throw new Error('not implemented yet');
  }

  /** The leader as last seen; says nothing about now. */
  current(): Leader | undefined {
    throw new Error('not implemented yet');
  }

  /** Level-triggered: the present value first, then each change. */
  leader$(): Observable<Leader | undefined> {
    throw new Error('not implemented yet');
  }

  /** @throws NoLeaderError at the deadline (default 5 s from now) */
  ensureLeader(_options: { readonly deadline?: number; readonly signal?: AbortSignal } = {}): Promise<Leader> {
    throw new Error('not implemented yet');
  }

  /** Tells that a call to this leader failed; probes at once, and nominates when a majority does not hear from it either. */
  reportFailure(_leader: Leader, _error: unknown): void {
    throw new Error('not implemented yet');
  }

  /**
   * Runs `fn` against the leader, again after a leader change, until it succeeds or the deadline passes. Retries after
   * failures that were certainly without effect (`notLeader`, `unreachable`, see `FailureKind`); with
   * `retryIndeterminate` also after those of which that is not known, so `fn` must then be idempotent.
   * @throws NoLeaderError when no leader was found in time; else the last attempt's error
   */
  call<T>(_fn: (leader: Leader, attempt: Attempt) => Promise<T>, _options: CallOptions = {}): Promise<T> {
    throw new Error('not implemented yet');
  }
}
