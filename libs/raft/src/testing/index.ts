export { AppliedState, CommandCounter } from './applied-state.js';
export type { HostedStateMachine } from './applied-state.js';
export { checkAcknowledgedOnce } from './checkers/acknowledged-once.js';
export { PropertyViolation } from './checkers/checker.js';
export type { Checker } from './checkers/checker.js';
export { CommitRule } from './checkers/commit-rule.js';
export { CommittedLog } from './checkers/committed-log.js';
export { DurableMatches } from './checkers/durable-matches.js';
export { ElectionSafety, OneVoteATerm } from './checkers/election-safety.js';
export { LeaderAppendOnly } from './checkers/leader-append-only.js';
export { LeaderLease } from './checkers/leader-lease.js';
export { LinearizableReads } from './checkers/linearizable-reads.js';
export { LogMatching } from './checkers/log-matching.js';
export { OneResponse } from './checkers/one-response.js';
export { PersistedBeforeSent } from './checkers/persisted-before-sent.js';
export { TermsAreAdopted } from './checkers/terms-are-adopted.js';
export { configurationEntry, DrivenReplica, logOf } from './driven-replica.js';
export type { DrivenOptions } from './driven-replica.js';
export { checkLinearizable } from './linearizability/check-linearizable.js';
export type { Verdict } from './linearizability/check-linearizable.js';
export type { Model, Operation } from './linearizability/model.js';
export { LocalClock } from './local-clock.js';
export { runSchedule } from './run-schedule.js';
export type { ScheduleOptions } from './run-schedule.js';
export { drawFaults, recipes } from './schedule/draw-faults.js';
export type { FaultLimits, Recipe } from './schedule/draw-faults.js';
export { drawPlan } from './schedule/draw-plan.js';
export type { DrawLimits } from './schedule/draw-plan.js';
export { describeFault } from './schedule/fault.js';
export type { Direction, Fault, FaultKind, TimedFault, Victim } from './schedule/fault.js';
export { FaultInjector } from './schedule/inject-fault.js';
export type { ScheduleFailure, ScheduleOutcome, ScheduleReport } from './schedule/outcome.js';
export type { GroupPlan, SchedulePlan } from './schedule/plan.js';
export { runPlan } from './schedule/run-plan.js';
export { shrinkPlan } from './schedule/shrink-plan.js';
export type { ShrunkPlan } from './schedule/shrink-plan.js';
export { SimulatedCluster } from './simulated-cluster.js';
export type { ClusterEvent, ClusterOptions } from './simulated-cluster.js';
export { fastDisk, SimulatedDisk } from './simulated-disk.js';
export type { DiskConditions } from './simulated-disk.js';
export { calmNetwork, SimulatedNetwork } from './simulated-network.js';
export type { Addressed, NetworkConditions } from './simulated-network.js';
export { SimulatedReplica } from './simulated-replica.js';
export type { Observation, ReplicaSurroundings } from './simulated-replica.js';
export { bytesOf, textOf } from './text-bytes.js';
export { VirtualClock } from './virtual-clock.js';
export { countedLogs } from './workload/counted-logs.js';
export type { Append, Tail } from './workload/counted-logs.js';
export { FrontDoor } from './workload/front-door.js';
export type { Answer } from './workload/front-door.js';
export { History } from './workload/history.js';
export type { RecordedOperation } from './workload/history.js';
export { SessionMachine } from './workload/session-machine.js';
export { SimulatedClient } from './workload/simulated-client.js';
export type { ClientHabits } from './workload/simulated-client.js';
export type {
  ClientOperation,
  FinishedRun,
  OperationInput,
  SimulatedStateMachine,
  Workload,
} from './workload/workload.js';
export { scenarios } from './scenarios/all-scenarios.js';
export type { Scenario } from './scenarios/scenario.js';
export { simulate, SimulationError } from './simulate.js';
export type { SimulateOptions, SimulationReport } from './simulate.js';
