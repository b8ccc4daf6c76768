import type { Role } from '@quorumkit/raft';
import type { Observable } from 'rxjs';

/**
 * Proof of leadership that travels with calls to other services (Kleppmann, "How to do distributed locking"): there,
 * a guard refuses a term lower than the highest it has seen.
 */
export interface Fence {
  readonly group: string;
  readonly term: number;
}

export interface ElectionState {
  readonly group: string;
  /** This member. */
  readonly id: string;
  /** `stopped` before the application has started and after it has shut down. */
  readonly role: Role | 'stopped';
  readonly term: number;
  /** The leader this replica follows, or itself. */
  readonly leader: string | undefined;
  readonly leaderUrl: string | undefined;
  /** On a leader: its state is current and `@OnElected` methods have finished. */
  readonly inOffice: boolean;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** On a leader: who leadership is being handed to. */
  readonly transferringTo: string | undefined;
}

/**
 * One member's view of who leads its group. Inject with `@InjectElection(group)`.
 *
 * Promise: at most one leader in a term, terms only rise. Streams are level-triggered: a subscriber gets the present
 * value first and then every change in order.
 * Non-promise: that a leader still leads when you act on the answer. Take a fence along (`verifyLeader`).
 */
export abstract class Election {
  /** A snapshot taken now. */
  abstract state(): ElectionState;
  /** Emits when role, term, leader, hand-over or office change; its indexes are those of that moment. */
  abstract readonly state$: Observable<ElectionState>;
  abstract readonly role$: Observable<ElectionState['role']>;
  /** Id of the leader, or undefined while none is known. */
  abstract readonly leader$: Observable<string | undefined>;

  /**
   * Costs nothing. True only while a quorum's contact excludes another leader by timeout, on a monotonic clock: false
   * on the first call after a pause longer than the lease. Not enough to write elsewhere: use `verifyLeader`.
   */
  abstract isLeader(): boolean;
  /**
   * Costs one round to a quorum. Resolves when this replica was certainly the leader at some time after the call.
   * @throws NotLeaderError, BackpressureError, DeadlineExceededError
   */
  abstract verifyLeader(options?: { readonly deadline?: number }): Promise<Fence>;
  /** Asks this replica to campaign now. A hint: rate-limited, never overrides a vote, may change nothing. */
  abstract nominate(): void;
  /**
   * Hands leadership over: `@OnDeposed` methods run and are awaited first, then the target (default: the most
   * up-to-date follower of the highest priority) takes over. Resolves when this replica no longer leads.
   * @throws NotLeaderError when it did not lead; TransferFailedError when nobody took over: it still leads then
   */
  abstract transferLeadership(to?: string): Promise<void>;
  /** Runs `@OnDeposed`, then gives leadership up without choosing an heir. Does nothing on a replica that does not lead. */
  abstract resign(reason?: string): Promise<void>;
}
