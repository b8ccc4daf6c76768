export type {
  AcceptedProposal,
  DeferredEnvelope,
  Effects,
  MembershipRejection,
  PersistBatch,
  RaftStatus,
  ReadAnswer,
  RejectedProposal,
  RejectionReason,
  Role,
} from './effect.js';
export type { Entry, HardState, Snapshot, StoredState } from './entry.js';
export { TakeoverPatience } from './leadership/takeover-patience.js';
export { toLogIndex, toReplicaId, toTerm } from './ids.js';
export type { LogIndex, ReplicaId, Term } from './ids.js';
export type { Input, Proposal } from './input.js';
export { decodeConfiguration, encodeConfiguration } from './membership/configuration.js';
export type { Configuration, Member, MemberKind, MembershipChange } from './membership/configuration.js';
export { invariant, InvariantViolation, unreachable } from './invariant.js';
export type {
  AppendRequest,
  AppendResponse,
  Envelope,
  HeartbeatRequest,
  HeartbeatResponse,
  Message,
  PreVoteRequest,
  PreVoteResponse,
  RequestMessage,
  ResponseMessage,
  SnapshotRequest,
  SnapshotResponse,
  TimeoutNowRequest,
  TimeoutNowResponse,
  VoteRequest,
  VoteResponse,
} from './message.js';
export { parseRaftOptions, RaftOptionsError } from './options.js';
export type { RaftOptions, RaftOptionsInput, VoterOptions } from './options.js';
export {
  createRaft,
  emptyStoredState,
  entriesOf,
  entryTerm,
  nextDeadline,
  progressOf,
  statusOf,
  step,
} from './raft.js';
export type { PeerProgress, Raft } from './raft.js';
export type { TraceEvent } from './trace.js';
