import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { MembershipChange } from './membership/configuration.js';
import type { Message } from './message.js';

/** Everything that can happen to a replica. `step(raft, input, now)` takes one of these and returns effects. */
export type Input =
  /** Time has passed. Give one when `nextDeadline(raft)` has come; more often does no harm. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'message'; readonly from: ReplicaId; readonly message: Message }
  /** Persist batch `sequence`, and with it every earlier one, is durable. */
  | { readonly kind: 'persisted'; readonly sequence: number }
  /** Commands to append, in order. `id` is the driver's own, fresh in this process. */
  | { readonly kind: 'propose'; readonly proposals: readonly Proposal[] }
  /**
   * The process of `peer` is known to be gone (its port refuses connections). A hint that saves waiting for the
   * election timeout when that peer is the leader; a wrong hint costs an election, never safety.
   */
  | { readonly kind: 'peerGone'; readonly peer: ReplicaId }
  /**
   * An outside failure detector says that the leader of `observedTerm` is dead (etcd's ForgetLeader). Obeyed unless
   * the replica has heard from a leader within two heartbeat intervals or knows a later term.
   */
  | { readonly kind: 'forgetLeader'; readonly observedTerm: Term }
  /** As `forgetLeader`, and campaign now: an ordinary pre-vote and election. Rate-limited, never overrides a vote. */
  | { readonly kind: 'nominate'; readonly observedTerm: Term }
  /** Dissertation §3.10. Without a target, the most up-to-date follower of the highest priority. */
  | { readonly kind: 'transferLeadership'; readonly target: ReplicaId | undefined }
  /** Give leadership up without choosing an heir (disk full, user code failed to take office). */
  | { readonly kind: 'stepDown'; readonly reason: string }
  /** Dissertation §6.4: confirm leadership with a quorum, then answer with the index to wait for before reading. */
  | { readonly kind: 'readIndex'; readonly id: number }
  /**
   * On the leader: change the group by one member (dissertation §4). Answered like a proposal, by `accepted` (the change
   * is in force and is final when the entry at that index is committed) or `rejected`. `id` is of the same numbers.
   */
  | { readonly kind: 'changeMembership'; readonly id: number; readonly change: MembershipChange }
  /**
   * The state machine's contents after applying everything through `index` (at most what was handed out as committed).
   * The step's persist batch carries it to the log store, which then drops the log through `index`.
   */
  | { readonly kind: 'snapshotTaken'; readonly index: LogIndex; readonly data: Uint8Array };

export interface Proposal {
  readonly id: number;
  readonly data: Uint8Array;
}
