import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Member, MembershipChange } from './membership/configuration.js';

/** One thing that happened inside a step. Plain data; never needed for correctness. */
export type TraceEvent =
  | {
      readonly kind: 'becameFollower';
      readonly term: Term;
      readonly leader: ReplicaId | undefined;
      readonly why: string;
    }
  | { readonly kind: 'preVoteStarted'; readonly term: Term; readonly why: string }
  | { readonly kind: 'electionStarted'; readonly term: Term; readonly why: string }
  | { readonly kind: 'voteGranted'; readonly term: Term; readonly candidate: ReplicaId }
  | { readonly kind: 'voteRefused'; readonly term: Term; readonly candidate: ReplicaId; readonly why: string }
  | { readonly kind: 'becameLeader'; readonly term: Term; readonly votes: readonly ReplicaId[] }
  | { readonly kind: 'committedInTerm'; readonly term: Term; readonly index: LogIndex }
  | { readonly kind: 'logTruncated'; readonly from: LogIndex; readonly term: Term }
  | { readonly kind: 'leaderForgotten'; readonly term: Term; readonly leader: ReplicaId | undefined }
  | { readonly kind: 'nominationRefused'; readonly term: Term; readonly why: string }
  | { readonly kind: 'transferStarted'; readonly term: Term; readonly target: ReplicaId }
  | { readonly kind: 'transferAborted'; readonly term: Term; readonly target: ReplicaId; readonly why: string }
  /** A follower no longer has what it had confirmed: its disk was replaced or rolled back. It is caught up anew. */
  | {
      readonly kind: 'followerRegressed';
      readonly peer: ReplicaId;
      readonly matchIndex: LogIndex;
      readonly conflictIndex: LogIndex;
    }
  /** Another configuration is in force: appended, taken back with a cut, or from a snapshot. */
  | { readonly kind: 'configurationChanged'; readonly index: LogIndex; readonly members: readonly Member[] }
  | {
      readonly kind: 'membershipRefused';
      readonly term: Term;
      readonly change: MembershipChange;
      readonly why: string;
    }
  /** A member answers from another store than the configuration names: it counts for nothing until it returns. */
  | { readonly kind: 'memberLostStore'; readonly peer: ReplicaId; readonly storeId: number }
  | { readonly kind: 'snapshotSent'; readonly peer: ReplicaId; readonly index: LogIndex }
  | { readonly kind: 'snapshotInstalled'; readonly index: LogIndex; readonly term: Term }
  | { readonly kind: 'logCompacted'; readonly index: LogIndex }
  | { readonly kind: 'messageDropped'; readonly from: ReplicaId; readonly messageKind: string; readonly why: string };
