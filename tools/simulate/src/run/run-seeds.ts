import { drawPlan, runPlan } from '@quorumkit/raft/testing';
import { addReport, noTotals, type Totals } from './totals.js';

export interface SeedRange {
  readonly first: number;
  readonly count: number;
  /** Every how manyth schedule is run twice. */
  readonly repeatEvery: number;
}

/** A seed that failed, and how. Plain data: workers post it. */
export interface FailedSeed {
  readonly seed: number;
  /** A checker's property, or `Determinism`: the second run was another one. */
  readonly property: string;
  readonly detail: string;
}

export interface SeedsRun {
  readonly totals: Totals;
  readonly failures: readonly FailedSeed[];
}

/** Runs the schedules of consecutive seeds. Some of them, and each that fails, twice: the same must happen again. */
export function runSeeds({ first, count, repeatEvery }: SeedRange): SeedsRun {
  const totals = noTotals();
  const failures: FailedSeed[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const plan = drawPlan(seed);
    const { report, failure } = runPlan(plan);
    addReport(totals, report);
    if (failure !== undefined) failures.push({ seed, property: failure.property, detail: failure.detail });
    if (failure === undefined && seed % repeatEvery !== 0) continue;
    totals.repeated += 1;
    const again = runPlan(plan).report.hash;
    if (again === report.hash) continue;
    failures.push({ seed, property: 'Determinism', detail: `its hash was ${report.hash}, then ${again}` });
  }
  return { totals, failures };
}
