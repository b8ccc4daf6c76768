import type { Entry, HardState, Snapshot } from './entry.js';
import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Member } from './membership/configuration.js';
import type { Envelope } from './message.js';
import type { TraceEvent } from './trace.js';

/**
 * What the driver must do after a step. The order matters:
 *
 * 1. Hand `persist` to the log store; batches become durable in the order of `sequence`. Report durability with the
 *    input `persisted`. The driver need not wait before it goes on.
 * 2. `send` may leave at once, also before `persist` is durable: a leader's disk works in parallel with its
 *    followers' (dissertation §10.2.1).
 * 3. Each of `sendAfterPersist` may leave only when batch `after` is durable. Votes and append responses are here: a
 *    restart that forgot one of them could break its word.
 * 4. Apply `committed`, in order. Entries are committed forever; they may or may not be durable on this replica yet.
 */
export interface Effects {
  readonly persist: PersistBatch | undefined;
  readonly send: readonly Envelope[];
  readonly sendAfterPersist: readonly DeferredEnvelope[];
  readonly committed: readonly Entry[];
  /** A snapshot from the leader that replaces the state machine's contents (before `committed` is applied). */
  readonly restore: Snapshot | undefined;
  readonly accepted: readonly AcceptedProposal[];
  /** Certainly not appended by this replica: safe to propose elsewhere. */
  readonly rejected: readonly RejectedProposal[];
  readonly reads: readonly ReadAnswer[];
  /** Set when role, term, leader, `committedInTerm`, `transferringTo` or something about the members changed. */
  readonly status: RaftStatus | undefined;
  /** What happened, for logs, metrics, tests and golden scenarios. */
  readonly trace: readonly TraceEvent[];
}

export interface PersistBatch {
  /** Rises by one with each batch of a process. */
  readonly sequence: number;
  readonly hardState: HardState | undefined;
  /** Remove the entries from this index on, before appending `entries`. */
  readonly truncateFrom: LogIndex | undefined;
  readonly entries: readonly Entry[];
  /** Replaces the log through its index. */
  readonly snapshot: Snapshot | undefined;
}

export interface DeferredEnvelope extends Envelope {
  readonly after: number;
}

export interface AcceptedProposal {
  readonly id: number;
  readonly index: LogIndex;
  readonly term: Term;
}

export type RejectionReason = 'notLeader' | 'transferring' | 'backpressure' | MembershipRejection;

/**
 * - `changePending`: another change of the group is not committed yet. Try again when it is.
 * - `notCommittedInTerm`: the leader has not committed an entry of its own term yet. Try again soon.
 * - `notCaughtUp`: the learner lags too much to become a voter, or does not answer. Try again later.
 * - `noQuorum`: of the voters there would be, no majority is in contact. Try again later, or change something else.
 * - `impossible`: the group cannot be changed so (no such member, no voter left, …): `why` tells.
 */
export type MembershipRejection = 'changePending' | 'notCommittedInTerm' | 'notCaughtUp' | 'noQuorum' | 'impossible';

export interface RejectedProposal {
  readonly id: number;
  readonly reason: RejectionReason;
  readonly leader: ReplicaId | undefined;
  readonly term: Term;
  /** Of a refused change of the group: the reason in words. */
  readonly why?: string;
}

/** `index` undefined: leadership could not be confirmed; ask the leader that is known now. */
export interface ReadAnswer {
  readonly id: number;
  readonly index: LogIndex | undefined;
  readonly term: Term;
}

/** `learner`: no voter of the configuration in force, or not on the store that it names. */
export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader' | 'learner';

export interface RaftStatus {
  readonly id: ReplicaId;
  readonly role: Role;
  readonly term: Term;
  readonly leader: ReplicaId | undefined;
  readonly votedFor: ReplicaId | undefined;
  readonly firstLogIndex: LogIndex;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  readonly commitIndex: LogIndex;
  /** On a leader: true once an entry of its own term is committed, so that its state is current (Raft §8). */
  readonly committedInTerm: boolean;
  /**
   * On a leader: until when (the driver's `now`, ms) a quorum's contact excludes another leader by timeout; else 0.
   * Infinity in a group of one. Not a proof: a hand-over, a wrong `peerGone` or nomination, or a restarted voter can
   * make another leader earlier. `readIndex` is the proof.
   */
  readonly leaseUntil: number;
  /** On a leader: the follower that leadership is being handed to. */
  readonly transferringTo: ReplicaId | undefined;
  /** The configuration in force here: the last one in the log, committed or not. Ordered by id. */
  readonly members: readonly Member[];
  readonly voters: readonly ReplicaId[];
  /** Members that are no voters, `returning` ones among them. */
  readonly learners: readonly ReplicaId[];
  /** The membership entry that is in force but not committed. */
  readonly pendingChange: LogIndex | undefined;
  /** This replica has lost its store and is not a voter again yet: it neither votes nor campaigns. */
  readonly recovering: boolean;
}
