import type { OrderPlan } from '../schedule/order-plan.js';
import { runOrderPlan } from '../schedule/run-order-plan.js';
import { shrinkOrderPlan } from '../schedule/shrink-order-plan.js';
import { writeOrderReplayFile } from './order-replay-file.js';

export interface ExplainedOrderPlan {
  readonly path: string;
  readonly plan: OrderPlan;
  readonly faultsBefore: number;
  /** How many plans were run to get there. */
  readonly runs: number;
  readonly sequence: readonly string[];
}

/** Shrinks a plan that fails, and writes down what is left of it. */
export async function explainOrderPlan(plan: OrderPlan, folder: string): Promise<ExplainedOrderPlan> {
  const shrunk = await shrinkOrderPlan(plan, (candidate) => runOrderPlan(candidate));
  const { report, failure, sequence } = await runOrderPlan(shrunk.plan, { record: true });
  if (failure === undefined) {
    throw new Error(`The plan of seed ${plan.seed} failed, and did not fail again: something in it is not determined.`);
  }
  const { traceDigest } = report;
  const path = await writeOrderReplayFile(folder, { failure, traceDigest, plan: shrunk.plan, sequence });
  return { path, plan: shrunk.plan, faultsBefore: plan.faults.length, runs: shrunk.runs, sequence };
}
