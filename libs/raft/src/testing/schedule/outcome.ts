import type { TraceEvent } from '../../trace.js';
import type { FaultKind } from './fault.js';

/** What happened in one schedule. Times are virtual milliseconds. */
export interface ScheduleReport {
  readonly seed: number;
  /** Equal for runs of equal plans. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly eventsRun: number;
  readonly messages: number;
  /** Entries that some replica called committed. */
  readonly committed: number;
  /** Client operations that were answered. */
  readonly operations: number;
  /** Commands whose clients gave up on them. */
  readonly unknown: number;
  readonly reads: number;
  readonly highestTerm: number;
  /** From the end of the faults until all clients were done and all replicas equal. */
  readonly recoveryMs: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** What replicas went through, by the kind of trace event. */
  readonly events: Readonly<Partial<Record<TraceEvent['kind'], number>>>;
}

export interface ScheduleFailure {
  /** Of a checker; `Liveness`, `Linearizability`, or the name of the error that the core or the user's code threw. */
  readonly property: string;
  readonly detail: string;
  readonly atMs: number;
}

export interface ScheduleOutcome {
  readonly report: ScheduleReport;
  readonly failure: ScheduleFailure | undefined;
  /** What led there, a line each; only when asked for. */
  readonly sequence: readonly string[];
  readonly error: unknown;
}
