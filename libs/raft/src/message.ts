import type { Entry } from './entry.js';
import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Configuration } from './membership/configuration.js';

/**
 * What replicas say to each other. Every request carries a `requestId` that is fresh in the sending process, and its
 * response repeats it, so that a transport can carry the response as the answer to the request, and a late or
 * duplicated response is never taken for another one (etcd#20418).
 */
export type Message = RequestMessage | ResponseMessage;

export type RequestMessage =
  PreVoteRequest | VoteRequest | AppendRequest | HeartbeatRequest | SnapshotRequest | TimeoutNowRequest;

export type ResponseMessage =
  PreVoteResponse | VoteResponse | AppendResponse | HeartbeatResponse | SnapshotResponse | TimeoutNowResponse;

interface Addressed {
  readonly requestId: number;
  /** The sender's term; in a pre-vote request the term it would campaign in. */
  readonly term: Term;
}

interface Answer extends Addressed {
  /**
   * The store that answers (`StoredState.storeId`); absent stands for 0. A promise binds a store, not a name: whoever
   * counts answers counts only those of the store that its configuration names.
   */
  readonly storeId?: number | undefined;
}

/** Dissertation §9.6: asks whether an election could be won, without disturbing anybody's term. */
export interface PreVoteRequest extends Addressed {
  readonly kind: 'preVoteRequest';
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface PreVoteResponse extends Answer {
  readonly kind: 'preVoteResponse';
  readonly granted: boolean;
}

/** Raft §5.2, §5.4.1. */
export interface VoteRequest extends Addressed {
  readonly kind: 'voteRequest';
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** The sitting leader asked for this election, so leader stickiness does not apply (dissertation §4.2.3). */
  readonly leadershipTransfer: boolean;
}

export interface VoteResponse extends Answer {
  readonly kind: 'voteResponse';
  readonly granted: boolean;
}

/** Raft §5.3. */
export interface AppendRequest extends Addressed {
  readonly kind: 'appendRequest';
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: readonly Entry[];
  readonly commitIndex: LogIndex;
}

export interface AppendResponse extends Answer {
  readonly kind: 'appendResponse';
  /** Set when the consistency check passed: the follower's log is durable and equal to the leader's through here. */
  readonly matchIndex: LogIndex | undefined;
  /** Set when it failed: where the leader should look next (Raft §5.3, last paragraph). */
  readonly conflict: { readonly index: LogIndex; readonly term: Term | undefined } | undefined;
}

/**
 * Keeps leadership without touching the log or the disk, so that a follower's slow disk never looks like a dead
 * leader. `commitIndex` never exceeds what the leader knows to match on this follower.
 */
export interface HeartbeatRequest extends Addressed {
  readonly kind: 'heartbeatRequest';
  readonly commitIndex: LogIndex;
  /** Whose log is known to match through `commitIndex`: another store of the same member commits nothing by it. */
  readonly storeId?: number | undefined;
}

export interface HeartbeatResponse extends Answer {
  readonly kind: 'heartbeatResponse';
}

/** Raft §7: one chunk of a snapshot for a follower whose next entry was compacted away. */
export interface SnapshotRequest extends Addressed {
  readonly kind: 'snapshotRequest';
  readonly snapshotIndex: LogIndex;
  readonly snapshotTerm: Term;
  readonly offset: number;
  readonly totalBytes: number;
  /** Checksum (CRC-32) of the complete snapshot. */
  readonly checksum: number;
  readonly chunk: Uint8Array;
  /** The group's configuration as of `snapshotIndex`, if the log ever changed it. */
  readonly configuration?: Configuration | undefined;
}

export interface SnapshotResponse extends Answer {
  readonly kind: 'snapshotResponse';
  /** The first byte that the follower still needs; `totalBytes` when the snapshot is installed and durable. */
  readonly nextOffset: number;
}

/** Dissertation §3.10: the receiver starts an election at once, without a pre-vote. */
export interface TimeoutNowRequest extends Addressed {
  readonly kind: 'timeoutNowRequest';
}

export interface TimeoutNowResponse extends Answer {
  readonly kind: 'timeoutNowResponse';
}

export interface Envelope<M extends Message = Message> {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly message: M;
}
