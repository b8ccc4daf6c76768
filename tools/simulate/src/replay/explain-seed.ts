import { drawPlan, runPlan, shrinkPlan, type SchedulePlan } from '@quorumkit/raft/testing';
import { writeReplayFile } from './replay-file.js';

export interface ExplainedSeed {
  readonly path: string;
  readonly plan: SchedulePlan;
  readonly faultsBefore: number;
  readonly runs: number;
  readonly sequence: readonly string[];
}

/** Shrinks the schedule of a seed that fails, and writes down what is left of it. */
export async function explainSeed(seed: number, folder: string): Promise<ExplainedSeed | undefined> {
  const plan = drawPlan(seed);
  if (runPlan(plan).failure === undefined) return undefined;
  const shrunk = shrinkPlan(plan, (candidate) => runPlan(candidate));
  const { report, failure, sequence } = runPlan(shrunk.plan, undefined, { record: true });
  if (failure === undefined) return undefined;
  const path = await writeReplayFile(folder, { failure, hash: report.hash, plan: shrunk.plan, sequence });
  return { path, plan: shrunk.plan, faultsBefore: shrunk.faultsBefore, runs: shrunk.runs, sequence };
}
