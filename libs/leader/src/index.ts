export { LeaderModule } from './leader.module.js';
export type { LeaderModuleAsyncOptions, LeaderModuleOptions } from './leader-module-options.js';
export { LeaderHealthIndicator } from './health/leader-health.js';
export type { GroupHealth } from './health/leader-health.js';
export { LeaderGroups } from './hosting/leader-groups.js';
export { HostedGroup } from './hosting/hosted-group.js';
export type { ReplicaStatus } from './hosting/hosted-group.js';
export type { CallAuthenticator, CallHeaders } from './group/call-authenticator.js';
export type { GroupLimits, GroupOptions, MemberOptions, PortDecorators } from './group/group-options.js';
export { raft } from './group/raft-engine.js';
export type { RaftEngine, RaftTuning } from './group/raft-engine.js';
export { Election } from './election/election.js';
export type { ElectionState } from './election/election.js';
export { Membership } from './membership/membership.js';
export type { ChangeOptions, GroupMember } from './membership/membership.js';
export { FitToLead } from './election/fit-to-lead.decorator.js';
export type { FitnessCheck } from './election/fitness.js';
export { OnDeposed, OnElected } from './election/office-hooks.decorator.js';
export { LeaderOnly, LeaderOnlyGuard } from './election/leader-only.guard.js';
export { LeaderInterval } from './schedule/leader-interval.decorator.js';
export { Fence } from './fencing/fence.decorator.js';
export { fenceHeader, formatFence, parseFence } from './fencing/fence-header.js';
export { DurableFences } from './fencing/durable-fences.js';
export type { FenceKeeper } from './fencing/fence-keeper.js';
export { FenceMemory } from './fencing/fence-memory.js';
export { FencesModule } from './fencing/fences.module.js';
export type { FencesModuleOptions } from './fencing/fences.module.js';
export { FenceGuard, RequireFence } from './fencing/require-fence.guard.js';
export { ReplicatedLog } from './replicated-log/replicated-log.js';
export type { Outcome, ProposeOptions, ReadConsistency } from './replicated-log/replicated-log.js';
export { ReplicatedStateMachine } from './replicated-log/replicated-state-machine.decorator.js';
export type { CommittedEntry, StateMachine } from './replicated-log/state-machine.js';
export { LeaderDirectory } from './directory/leader-directory.js';
export { LeaderDirectoryModule } from './directory/leader-directory.module.js';
export type { LeaderDirectoryAsyncOptions } from './directory/leader-directory.module.js';
export type {
  Attempt,
  CallOptions,
  DirectoryEvent,
  FailureKind,
  Leader,
  LeaderDirectoryOptions,
} from './directory/directory-options.js';
export type { DirectoryPorts } from './directory/leader-directory.js';
export type { MemberReply, MemberReport, MemberStatus } from './directory/member-status.js';
export { AttemptTimeoutError } from './directory/attempt.js';
export { classifyFailure } from './directory/classify-failure.js';
export {
  InjectElection,
  InjectLeaderDirectory,
  InjectMembership,
  InjectReplicatedLog,
  electionToken,
  leaderDirectoryToken,
  membershipToken,
  replicatedLogToken,
} from './tokens.js';
export { leaderErrorStatus } from './errors/leader-error-status.js';
export {
  ApplyError,
  BackpressureError,
  DeadlineExceededError,
  GroupStoppedError,
  ImplausibleFenceError,
  IndeterminateError,
  InvalidOptionsError,
  LeaderError,
  MemberInUseError,
  MembershipRefusedError,
  NoLeaderError,
  NotLeaderError,
  ProposalRejectedError,
  StaleFenceError,
  TransferFailedError,
} from './errors/leader-errors.js';
export type { LeaderErrorCode, LeaderRef, MembershipRefusal, ProposalRejection } from './errors/leader-errors.js';
export { StorageDamagedError, StorageFailedError, StoreInUseError, isOutOfSpace } from './log-store/errors.js';
export type { DamageReason, LockHolder, StorageFailureReason } from './log-store/errors.js';
export { FileLogStore } from './log-store/file-log-store.js';
export type { FileLogStoreOptions } from './log-store/file-log-store-options.js';
export type { FileOps, WritableFile } from './log-store/file-ops.js';
export type { LogStore, StoreCondition } from './log-store/log-store.js';
export { nodeFileOps } from './log-store/node-file-ops.js';
export type { StoreTrace } from './log-store/store-trace.js';
export { writeFileAtomically } from './projection/write-file-atomically.js';
export type { PeerReceiver, PeerTransport } from './transport/peer-transport.js';
export { CompactedError } from './replicated-log/committed-feed.js';
export { SystemClock } from './runtime/clock.js';
export type { Clock, Timer } from './runtime/clock.js';
