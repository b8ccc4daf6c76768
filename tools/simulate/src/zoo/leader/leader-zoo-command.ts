import { Command } from 'commander';
import { wholeNumber } from '../../numbers.js';
import { leaderMutants } from './mutants/leader-mutants.js';
import { isCaught, type LeaderHunt, runControl, runLeaderZoo } from './run-leader-zoo.js';

interface LeaderZooOptions {
  readonly workers: number;
  readonly control: boolean;
  readonly only?: string;
  readonly markdown?: true;
}

/** `simulate leader-zoo`: rules of @quorumkit/leader that are taken away, each of which its specs must miss. */
export function leaderZooCommand(): Command {
  return new Command('leader-zoo')
    .description('Bugs put into copies of libs/leader. Exit code 1 when its specs let one survive.')
    .option('--workers <n>', 'hunts at a time', wholeNumber, 2)
    .option('--only <names>', 'some of them, by name, with commas')
    .option('--no-control', 'do not run the same specs on the unchanged sources first')
    .option('--markdown', 'the table as in docs/testing-leader.md')
    .action(async (options: LeaderZooOptions) => {
      process.exitCode = (await zoo(options)) ? 0 : 1;
    });
}

async function zoo({ workers, control, only, markdown }: LeaderZooOptions): Promise<boolean> {
  const names = only?.split(',');
  const unknown = names?.filter((name) => !leaderMutants.some((mutant) => mutant.name === name)) ?? [];
  if (unknown.length > 0) {
    console.error(`There is no mutant ${unknown.join(', ')}; nothing was run.`);
    return false;
  }
  const mutants = leaderMutants.filter(({ name }) => names?.includes(name) ?? true);
  if (control && !(await passesUnchanged(mutants))) return false;
  const isTable = markdown === true;
  const hunts = await runLeaderZoo(mutants, {
    workers: Math.max(1, workers),
    done: (hunt) => (isTable ? undefined : console.log(lineOf(hunt))),
  });
  if (isTable) console.log(markdownOf(hunts));
  const caught = hunts.filter(isCaught);
  for (const { mutant } of hunts.filter((hunt) => !caught.includes(hunt)))
    console.log(`SURVIVES: ${mutant.name}. ${mutant.rule}`);
  console.log(`${caught.length} of ${mutants.length} mutants caught.`);
  return caught.length === mutants.length;
}

async function passesUnchanged(mutants: Parameters<typeof runControl>[0]): Promise<boolean> {
  const { tests, firstFailure, problem } = await runControl(mutants);
  if (firstFailure === undefined && problem === undefined) {
    console.log(`${tests} tests pass on the unchanged sources.\n`);
    return true;
  }
  console.error(`The unchanged sources fail: ${firstFailure?.test ?? ''} ${firstFailure?.why ?? problem}`);
  return false;
}

function lineOf({ mutant, firstFailure, problem, durationMs }: LeaderHunt): string {
  const end = problem === undefined ? (firstFailure?.test ?? 'NOT CAUGHT') : `NOT RUN: ${problem}`;
  return `${mutant.name.padEnd(38)} ${seconds(durationMs).padStart(5)} s  ${end}`;
}

function markdownOf(hunts: readonly LeaderHunt[]): string {
  const rows = hunts.map(
    ({ mutant, firstFailure }) => `| \`${mutant.name}\` | ${mutant.rule} | ${firstFailure?.test ?? '**survives**'} |`,
  );
  return ['| mutant | the rule | the first test that fails |', '| --- | --- | --- |', ...rows].join('\n');
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(1);
}
