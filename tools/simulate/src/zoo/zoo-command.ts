import Table from 'cli-table3';
import { Command } from 'commander';
import { wholeNumber } from '../numbers.js';
import { isCaught, type Hunt } from './hunt.js';
import { allMutants } from './mutants/all-mutants.js';
import { runZoo } from './run-zoo.js';

interface ZooOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  readonly random: boolean;
  readonly only?: string;
  readonly markdown?: true;
}

export function zooCommand(): Command {
  return new Command('zoo')
    .description('Bugs put into copies of the built core. Exit code 1 when one survives, or no longer fits the core.')
    .option('--schedules <n>', 'random schedules a mutant, at most', wholeNumber, 300)
    .option('--seed <n>', 'of the first schedule', wholeNumber, 1)
    .option('--workers <n>', 'threads', wholeNumber, 2)
    .option('--no-random', 'random schedules only for what no directed scenario caught')
    .option('--only <names>', 'some of them, by name, with commas')
    .option('--markdown', 'the table as in docs/testing.md')
    .action(async (options: ZooOptions) => {
      process.exitCode = (await zoo(options)) ? 0 : 1;
    });
}

async function zoo({ schedules, seed, workers, random, only, markdown }: ZooOptions): Promise<boolean> {
  const names = only?.split(',') ?? allMutants.map(({ name }) => name);
  const limits = { schedulesMax: schedules, firstSeed: seed, always: random, workers: Math.max(1, workers) };
  const { hunts, problems } = await runZoo(names, limits);
  const survivors = hunts.filter((hunted) => !isCaught(hunted));
  console.log(markdown === true ? zooMarkdown(hunts) : zooTable(hunts));
  for (const { mutant, rule } of survivors) console.log(`SURVIVES: ${mutant}. ${rule}`);
  for (const problem of problems) console.log(problem);
  console.log(`${hunts.length - survivors.length} of ${names.length} mutants caught.`);
  return survivors.length === 0 && problems.length === 0;
}

function zooTable(hunts: readonly Hunt[]): string {
  const table = new Table({
    head: ['mutant', 'directed scenario', 'schedules', 'caught by'],
    style: { head: [], border: [], compact: true },
    colWidths: [38, 62, 11, 24],
    wordWrap: true,
  });
  for (const { mutant, scenario, schedules, bySchedule } of hunts) {
    table.push([mutant, scenario ?? '–', schedules ?? '–', bySchedule?.property ?? '–']);
  }
  return table.toString();
}

function zooMarkdown(hunts: readonly Hunt[]): string {
  const rows = hunts.map(
    ({ mutant, rule, scenario, schedules, bySchedule }) =>
      `| \`${mutant}\` | ${rule} | ${scenario ?? '–'} | ${schedules === undefined ? '–' : `${schedules}: ${bySchedule?.property}`} |`,
  );
  return ['| mutant | the rule | directed scenario | random schedules |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
