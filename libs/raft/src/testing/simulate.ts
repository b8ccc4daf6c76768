import type { Prng } from '../prng.js';
import type { Model } from './linearizability/model.js';
import { drawPlan } from './schedule/draw-plan.js';
import { describeFault } from './schedule/fault.js';
import type { ScheduleFailure } from './schedule/outcome.js';
import type { SchedulePlan } from './schedule/plan.js';
import { runPlan } from './schedule/run-plan.js';
import { shrinkPlan } from './schedule/shrink-plan.js';
import type {
  ClientOperation,
  FinishedRun,
  OperationInput,
  SimulatedStateMachine,
  Workload,
} from './workload/workload.js';

export interface SimulateOptions<C, R, Q, S> {
  /** A new one for each process. Deterministic, without I/O. */
  readonly stateMachine: () => SimulatedStateMachine<C, R, Q>;
  /** What a client does next. Draw from `prng` only. `number` counts the operations of a schedule from 0. */
  readonly operations: (
    prng: Prng,
    about: { readonly client: number; readonly number: number },
  ) => ClientOperation<C, Q>;
  /** Checks every history for linearizability, key by key. Left out: it is not checked. */
  readonly model?: Model<S, OperationInput<C, Q>>;
  /** After each schedule, when everything has finished. Throws when something does not hold. */
  readonly check?: (run: FinishedRun<C, Q>) => void;
  /** How many; one a seed. Default 100. */
  readonly schedules?: number;
  /** Of the first schedule. Default 1. */
  readonly seed?: number;
  /** Virtual time with faults in each, ms. Default: drawn, 1500 to 6000. */
  readonly faultsMs?: number;
  /** Every how manyth schedule is run twice and must be the same. Default 20. */
  readonly repeatEvery?: number;
}

export interface SimulationReport {
  readonly schedules: number;
  readonly operations: number;
  readonly committed: number;
  readonly elections: number;
  readonly faults: number;
}

/** A schedule broke something. Says how to see it again, with as few faults as were found to do. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly code = 'SIMULATION_FAILED';

  constructor(
    /** The shrunk schedule: `runPlan` runs it again. */
    readonly plan: SchedulePlan,
    readonly failure: ScheduleFailure,
    /** What happened, a line each. */
    readonly sequence: readonly string[],
  ) {
    super(
      [
        `Seed ${plan.seed}: ${failure.detail}`,
        `Faults that suffice: ${plan.faults.length === 0 ? 'none' : ''}`,
        ...plan.faults.map(describeFault),
        'What happened last:',
        ...sequence.slice(-sequenceShown),
        `Again: simulate({ …, seed: ${plan.seed}, schedules: 1 })`,
      ].join('\n'),
    );
  }
}

const sequenceShown = 40;

/**
 * Runs *your* state machine on a replicated log whose replicas crash, pause, lose packets and elect each other, on
 * virtual time. Clients retry under session numbers, so each command reaches a state machine once. Checked in each
 * schedule: the properties of Raft, equal results and equal states on all replicas whatever snapshots they have been
 * through, that every operation finishes once the faults are over, that what was acknowledged is there once, the
 * history against your model, and your own `check`.
 *
 * Equal options give equal runs. It does not exercise your drivers, disks or network; end-to-end tests do.
 *
 * @throws SimulationError for the first schedule that breaks something, shrunk.
 */
export function simulate<C, R, Q = never, S = unknown>(options: SimulateOptions<C, R, Q, S>): SimulationReport {
  const { schedules = 100, seed: firstSeed = 1, repeatEvery = 20 } = options;
  const workload = workloadOf(options);
  const sums = { schedules: 0, operations: 0, committed: 0, elections: 0, faults: 0 };
  for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
    const plan = drawPlan(seed, options.faultsMs === undefined ? {} : { faultsMs: options.faultsMs });
    const { report, failure } = runPlan(plan, workload);
    if (failure !== undefined) throw explained(plan, workload);
    if (seed % repeatEvery === 0) expectSameAgain(plan, workload, report.hash);
    sums.schedules += 1;
    sums.operations += report.operations;
    sums.committed += report.committed;
    sums.elections += report.events.becameLeader ?? 0;
    sums.faults += Object.values(report.faults).reduce((sum, count) => sum + count, 0);
  }
  return sums;
}

function workloadOf<C, R, Q, S>({ stateMachine, operations, model, check }: SimulateOptions<C, R, Q, S>): Workload {
  const workload: Workload<C, R, Q, S> = {
    stateMachine,
    operation: operations,
    ...(model !== undefined && { model }),
    ...(check !== undefined && { check }),
  };
  // The simulator carries commands, results and queries through without looking at them.
  return workload as unknown as Workload;
}

function explained(plan: SchedulePlan, workload: Workload): SimulationError {
  const { plan: shrunk } = shrinkPlan(plan, (candidate) => runPlan(candidate, workload), { runsMax: 200 });
  const { failure, sequence } = runPlan(shrunk, workload, { record: true });
  return new SimulationError(
    shrunk,
    failure ?? { property: 'none', detail: 'it did not fail again', atMs: 0 },
    sequence,
  );
}

function expectSameAgain(plan: SchedulePlan, workload: Workload, hash: string): void {
  const again = runPlan(plan, workload).report.hash;
  if (again === hash) return;
  const detail = `two runs of the same schedule differ (${hash}, ${again}): is the state machine or \`operations\` not deterministic?`;
  throw new SimulationError(plan, { property: 'Determinism', detail, atMs: 0 }, []);
}
