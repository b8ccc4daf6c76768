import { Prng } from '../prng.js';
import type { Model } from './linearizability/model.js';
import { drawFaults, recipes, type Recipe } from './schedule/draw-faults.js';
import { drawPlan } from './schedule/draw-plan.js';
import { describeFault } from './schedule/fault.js';
import type { ScheduleFailure, ScheduleReport } from './schedule/outcome.js';
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
  /** Voters of each group, 1 to 7. Default: drawn, 1 to 5. */
  readonly replicas?: number;
  /** The kinds of faults to draw from, of `recipes`; none of them: `[]`. Default: each schedule draws its own few. */
  readonly faults?: readonly Recipe[];
  /** Every how manyth schedule is run twice and must be the same. Default 20. */
  readonly repeatEvery?: number;
  /**
   * Runs this schedule alone, twice, instead of drawing any: `plan` of a `SimulationError`, also after
   * `JSON.parse(JSON.stringify(plan))`. It fails again as it did if everything else is as it was; `schedules`, `seed`,
   * `faultsMs`, `replicas`, `faults` and `repeatEvery` do not count then, and it is not shrunk again.
   */
  readonly plan?: SchedulePlan;
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
    /** The shrunk schedule, plain data: `simulate({ …, plan })` runs it again with the same machine and operations. */
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
        again(plan),
      ].join('\n'),
    );
  }
}

const sequenceShown = 40;
/** A longer plan is not printed: the error carries it. A shrunk one takes about a tenth. */
const planCharactersShown = 16_000;

function again(plan: SchedulePlan): string {
  const json = JSON.stringify(plan);
  if (json.length <= planCharactersShown)
    return `Again, your other options as they are: simulate({ …, plan: ${json} })`;
  return `Again, your other options as they are: simulate({ …, plan: error.plan }); as JSON it has ${json.length} characters.`;
}

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
 * @throws RangeError for options out of their range, before anything is run.
 */
export function simulate<C, R, Q = never, S = unknown>(options: SimulateOptions<C, R, Q, S>): SimulationReport {
  refuseBadOptions(options);
  const { schedules = 100, seed: firstSeed = 1, repeatEvery = 20, plan: replayed } = options;
  const workload = workloadOf(options);
  if (replayed !== undefined) return replay(replayed, workload);
  const sums = { schedules: 0, operations: 0, committed: 0, elections: 0, faults: 0 };
  for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
    const plan = planOf(seed, options);
    const { report, failure } = runPlan(plan, workload);
    if (failure !== undefined) throw explained(plan, workload, failure);
    if (seed % repeatEvery === 0) expectSameAgain(plan, workload, report.hash);
    add(sums, report);
  }
  return sums;
}

function replay(plan: SchedulePlan, workload: Workload): SimulationReport {
  const { report, failure, sequence } = runPlan(plan, workload, { record: true });
  if (failure !== undefined) throw new SimulationError(plan, failure, sequence);
  expectSameAgain(plan, workload, report.hash);
  const sums = { schedules: 0, operations: 0, committed: 0, elections: 0, faults: 0 };
  add(sums, report);
  return sums;
}

function add(sums: { -readonly [Sum in keyof SimulationReport]: number }, report: ScheduleReport): void {
  sums.schedules += 1;
  sums.operations += report.operations;
  sums.committed += report.committed;
  sums.elections += report.events.becameLeader ?? 0;
  sums.faults += Object.values(report.faults).reduce((sum, count) => sum + count, 0);
}

const replicasMax = 7;

/** Only what would otherwise look like a group that holds, or like a bug of it. */
function refuseBadOptions({
  replicas,
  faults = [],
  plan,
}: Pick<SimulateOptions<never, never, never, never>, 'replicas' | 'faults' | 'plan'>): void {
  const problems: string[] = [];
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= replicasMax)) {
    problems.push(`replicas must be a whole number from 1 to ${replicasMax}, got ${replicas}`);
  }
  const known: ReadonlySet<string> = new Set(recipes);
  const unknown = faults.filter((kind) => !known.has(kind));
  if (unknown.length > 0) problems.push(`faults must be of ${recipes.join(', ')}, got ${unknown.join(', ')}`);
  if (plan !== undefined && !isPlan(plan)) {
    problems.push('plan must be the `plan` of a SimulationError, or what JSON.parse made of it');
  }
  if (problems.length > 0) throw new RangeError(`${problems.join('; ')}. Nothing was run.`);
}

/** It may come from a file, whatever its type says. */
function isPlan(plan: unknown): boolean {
  if (typeof plan !== 'object' || plan === null) return false;
  const { seed, group, clients, faults } = plan as Partial<SchedulePlan>;
  return Number.isInteger(seed) && group !== undefined && clients !== undefined && Array.isArray(faults);
}

/** As drawn from the seed; with another group or other kinds of faults, a script for these. */
function planOf<C, R, Q, S>(seed: number, { faultsMs, replicas, faults }: SimulateOptions<C, R, Q, S>): SchedulePlan {
  const drawn = drawPlan(seed, faultsMs === undefined ? {} : { faultsMs });
  if (replicas === undefined && faults === undefined) return drawn;
  const prng = new Prng(seed);
  const { group } = drawn;
  const size = replicas ?? group.priorities.length;
  const priorities = size === group.priorities.length ? group.priorities : drawPriorities(prng.fork(), size);
  const share = prng.chance(0.3) ? 0.25 : 0.6;
  return {
    ...drawn,
    group: { ...group, priorities },
    faults: drawFaults(prng.fork(), {
      replicas: priorities.map((_priority, offset) => `r${offset + 1}`),
      spares: Array.from({ length: group.spares ?? 0 }, (_unused, offset) => `r${size + offset + 1}`),
      durationMs: drawn.faultsMs,
      recipes: faults ?? recipes.filter(() => prng.chance(share)),
      meanPauseMs: prng.chance(0.25) ? prng.between(5, 60) : prng.between(60, 500),
      heartbeatMs: group.raft.heartbeatIntervalMs ?? 100,
    }),
  };
}

function drawPriorities(prng: Prng, size: number): readonly number[] {
  const areDistinct = prng.chance(0.6);
  return Array.from({ length: size }, (_unused, offset) => (areDistinct ? size - offset : prng.integer(0, 2)));
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

function explained(plan: SchedulePlan, workload: Workload, first: ScheduleFailure): SimulationError {
  // What fails differently each time cannot be shrunk: every smaller plan would be judged by chance.
  const second = runPlan(plan, workload).failure;
  if (second?.property !== first.property) return undetermined(plan, first, second);
  const { plan: shrunk } = shrinkPlan(plan, (candidate) => runPlan(candidate, workload), { runsMax: 200 });
  const { failure, sequence } = runPlan(shrunk, workload, { record: true });
  if (failure?.property !== first.property) return undetermined(shrunk, first, failure);
  return new SimulationError(shrunk, failure, sequence);
}

function undetermined(plan: SchedulePlan, first: ScheduleFailure, then: ScheduleFailure | undefined): SimulationError {
  const detail = `it failed (${first.detail}), and then ${then === undefined ? 'did not' : `otherwise (${then.detail})`}: ${suspects}`;
  return new SimulationError(plan, { property: 'Determinism', detail, atMs: first.atMs }, []);
}

const suspects = 'is the state machine or `operations` not deterministic?';

function expectSameAgain(plan: SchedulePlan, workload: Workload, hash: string): void {
  const { report, failure } = runPlan(plan, workload);
  if (failure === undefined && report.hash === hash) return;
  const detail = `two runs of the same schedule differ (${hash}, ${report.hash}): ${suspects}`;
  throw new SimulationError(plan, { property: 'Determinism', detail, atMs: 0 }, []);
}
