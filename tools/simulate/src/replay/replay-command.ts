import { Command } from 'commander';
import { describeFault, drawPlan, runPlan, shrinkPlan, type SchedulePlan } from '@quorumkit/raft/testing';
import { wholeNumber } from '../numbers.js';
import { readReplayFile } from './replay-file.js';

interface ReplayOptions {
  readonly lines: number;
  readonly shrink?: true;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Runs schedules again and tells what happened. Exit code 1 when one of them broke a property.')
    .argument('<what...>', 'seeds, or files written by `run`')
    .option('--lines <n>', 'of the message sequence', wholeNumber, 80)
    .option('--shrink', 'make it smaller first')
    .action(async (what: readonly string[], options: ReplayOptions) => {
      let failed = false;
      for (const source of what) failed = (await replay(source, options)) || failed;
      process.exitCode = failed ? 1 : 0;
    });
}

async function replay(source: string, { lines, shrink }: ReplayOptions): Promise<boolean> {
  const isSeed = /^\d+$/.test(source);
  const file = isSeed ? undefined : await readReplayFile(source);
  const plan = file?.plan ?? drawPlan(Number(source));
  const chosen = shrink === true ? smaller(plan) : plan;
  const { report, failure, sequence } = runPlan(chosen, undefined, { record: true });

  console.log(`seed ${chosen.seed}: ${chosen.group.priorities.length} replicas, ${JSON.stringify(chosen.group.raft)}`);
  for (const fault of chosen.faults) console.log(describeFault(fault));
  for (const line of sequence.slice(sequence.length - Math.min(lines, sequence.length))) console.log(line);
  console.log(`hash ${report.hash}; ${report.committed} entries committed, ${report.operations} operations answered`);
  if (file !== undefined && shrink !== true && file.hash !== report.hash) {
    console.log(`It was ${file.hash} when the file was written: the core or the simulator has changed since.`);
  }
  console.log(failure === undefined ? 'Every property held.' : `BROKEN: ${failure.detail}`);
  return failure !== undefined;
}

function smaller(plan: SchedulePlan): SchedulePlan {
  return runPlan(plan).failure === undefined ? plan : shrinkPlan(plan, (candidate) => runPlan(candidate)).plan;
}
