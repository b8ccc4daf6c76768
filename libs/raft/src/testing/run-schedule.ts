import { drawPlan } from './schedule/draw-plan.js';
import type { ScheduleReport } from './schedule/outcome.js';
import { runPlan } from './schedule/run-plan.js';
import type { Workload } from './workload/workload.js';

export interface ScheduleOptions {
  readonly seed: number;
  /** Virtual time with faults, ms. Default: drawn from the seed, 1500 to 6000. */
  readonly faultsMs?: number;
  /** After the faults end, everything must finish within this virtual time, ms. Default 20000. */
  readonly recoveryMs?: number;
  /** Default `countedLogs`. */
  readonly workload?: Workload;
}

/**
 * One random run: a group drawn from the seed, clients and faults, then calm. Safety is checked at every step, liveness
 * at the end, then the clients' history.
 *
 * @throws an error that names the seed and the last messages.
 */
export function runSchedule(options: ScheduleOptions): ScheduleReport {
  const plan = drawPlan(options.seed, options);
  const { failure, report } = runPlan(plan, options.workload);
  if (failure === undefined) return report;
  const { sequence, error } = runPlan(plan, options.workload, { record: true });
  throw new Error(`seed ${options.seed} fails: ${failure.detail}\n${sequence.slice(-60).join('\n')}`, { cause: error });
}
