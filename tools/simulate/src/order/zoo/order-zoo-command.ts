import { Command } from 'commander';
import { wholeNumber } from '../../numbers.js';
import { type MutantFate, runOrderZoo } from './run-order-zoo.js';

interface ZooOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly only: string;
  readonly quick?: true;
  readonly markdown?: true;
}

/** `simulate order-zoo`: bugs in the order protocol, each of which the simulation must catch. */
export function orderZooCommand(): Command {
  return new Command('order-zoo')
    .description('Bugs put into the order protocol, one at a time. Exit code 1 when one survives.')
    .option('--schedules <count>', 'for each bug, at most, before the named points are tried', wholeNumber, 200)
    .option('--seed <number>', 'of the first schedule', wholeNumber, 1)
    .option('--only <text>', 'bugs whose name contains it', '')
    .option('--quick', 'begin with the schedule that caught it last, and try no points')
    .option('--markdown', 'the table as in docs/testing-orders.md')
    .action(async (options: ZooOptions) => {
      process.exitCode = (await zoo(options)) ? 0 : 1;
    });
}

async function zoo({ schedules, seed, only, quick, markdown }: ZooOptions): Promise<boolean> {
  const fates: MutantFate[] = [];
  for await (const fate of runOrderZoo({
    schedulesMax: schedules,
    seed,
    only,
    likelyFirst: quick === true,
    points: quick !== true,
  })) {
    fates.push(fate);
    if (markdown !== true) console.log(lineOf(fate));
  }
  if (markdown === true) console.log(markdownOf(fates));
  const survivors = fates.filter(({ caught }) => caught === undefined);
  const cpuSeconds = fates.reduce((sum, fate) => sum + fate.cpuSeconds, 0);
  console.log(
    `\n${fates.length - survivors.length} of ${fates.length} caught, in ${cpuSeconds.toFixed(0)} CPU-seconds.`,
  );
  return survivors.length === 0;
}

function lineOf({ mutant, caught, cpuSeconds }: MutantFate): string {
  const end =
    caught === undefined
      ? 'NOT CAUGHT'
      : `run ${String(caught.runs).padStart(4)}, ${caught.where}: ${caught.detail.slice(0, 100)}`;
  return `${mutant.name.padEnd(42)} ${cpuSeconds.toFixed(1).padStart(6)} s  ${end}`;
}

function markdownOf(fates: readonly MutantFate[]): string {
  const rows = fates.map(({ mutant, caught, cpuSeconds }) => {
    const how = caught === undefined ? ['–', '**survives**'] : [String(caught.runs), caught.rule];
    return `| ${[mutant.name, mutant.breaks, ...how, cpuSeconds.toFixed(1)].join(' | ')} |`;
  });
  const head = [
    '| bug | the promise | schedules | rule that was seen broken | CPU-seconds |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}
