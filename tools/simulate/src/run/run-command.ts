import { Command } from 'commander';
import { describeFault } from '@quorumkit/raft/testing';
import { positiveNumber, wholeNumber } from '../numbers.js';
import { explainSeed } from '../replay/explain-seed.js';
import { runCampaign } from './campaign.js';
import { campaignTable, progressLine } from './campaign-table.js';

interface RunOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  readonly minutes: number;
  readonly repeatEvery: number;
  readonly failures: string;
  readonly json?: true;
}

const progressEveryMs = 10_000;
const failuresExplained = 3;

export function runCommand(): Command {
  return new Command('run')
    .description('Random schedules of the consensus core. Exit code 1 when one of them broke a property.')
    .option('--schedules <n>', 'how many, one a seed', wholeNumber, 1000)
    .option('--seed <n>', 'of the first one', wholeNumber, 1)
    .option('--workers <n>', 'threads', wholeNumber, 2)
    .option('--minutes <n>', 'end after this time', positiveNumber, Number.POSITIVE_INFINITY)
    .option('--repeat-every <n>', 'every how manyth schedule is run twice to compare hashes', wholeNumber, 100)
    .option('--failures <folder>', 'where shrunk failures go', 'data/var/simulate')
    .option('--json', 'the sums as one JSON line')
    .action(async (options: RunOptions) => {
      process.exitCode = (await run(options)) ? 0 : 1;
    });
}

async function run(options: RunOptions): Promise<boolean> {
  let reportedAt = 0;
  let failuresTold = 0;
  const end = await runCampaign({
    schedules: options.schedules,
    firstSeed: options.seed,
    workers: Math.max(1, options.workers),
    endAfterMs: options.minutes * 60_000,
    repeatEvery: Math.max(1, options.repeatEvery),
    onProgress: (progress) => {
      for (; failuresTold < progress.failures.length; failuresTold += 1) {
        const failed = progress.failures[failuresTold];
        if (failed !== undefined) console.error(`seed ${failed.seed}: ${failed.detail}`);
      }
      if (progress.elapsedMs - reportedAt < progressEveryMs) return;
      reportedAt = progress.elapsedMs;
      console.error(progressLine(progress));
    },
  });
  console.log(options.json === true ? JSON.stringify(end) : campaignTable(end));
  for (const { seed, property, detail } of end.failures) {
    console.log(`seed ${seed}: ${property}\n  ${detail}\n  npm run simulate -- replay ${seed}`);
  }
  for (const { seed } of end.failures.slice(0, failuresExplained)) await explain(seed, options.failures);
  return end.failures.length === 0;
}

async function explain(seed: number, folder: string): Promise<void> {
  const explained = await explainSeed(seed, folder);
  if (explained === undefined) return;
  const { path, plan, faultsBefore, runs, sequence } = explained;
  console.log(`\nseed ${seed}, ${plan.faults.length} of ${faultsBefore} faults left after ${runs} runs:`);
  for (const fault of plan.faults) console.log(describeFault(fault));
  for (const line of sequence.slice(-40)) console.log(line);
  console.log(`npm run simulate -- replay ${path}`);
}
