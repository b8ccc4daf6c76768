import { Command, Option } from 'commander';
import { countingNumbers, wholeNumber } from '../../numbers.js';
import { type HostOption, hostOf, hostOption } from '../host-option.js';
import { type ProtocolPoint, protocolPoints } from '../services/protocol-points.js';
import {
  allDirectedRuns,
  type DirectedFault,
  directedFaults,
  type DirectedRun,
  runAtPoint,
  usualVisit,
} from './run-at-point.js';

interface PointsOptions extends HostOption {
  readonly seed: number;
  readonly seeds: number;
  readonly visits?: readonly number[];
  readonly only: string;
  readonly point?: ProtocolPoint;
  readonly fault?: DirectedFault;
  readonly lines: number;
}

/** `simulate order-points`: each fault at each point of an order's way. */
export function orderPointsCommand(): Command {
  return new Command('order-points')
    .description('Each fault at each point of an order’s way; one that never strikes is a failure.')
    .option('--seed <number>', 'of the first run', wholeNumber, 1)
    .option('--seeds <n>', 'runs of each fault at each point, one a seed', wholeNumber, 1)
    .option(
      '--visits <list>',
      'strike when the point is reached for this time, each in a run of its own: 1,2,3 (default: 2, or 1 where a point is rare)',
      countingNumbers,
    )
    .addOption(hostOption())
    .option('--only <text>', 'points whose name contains it', '')
    .addOption(
      new Option('--point <name>', 'one run again, with what was said: the point…').choices(
        protocolPoints.map(({ name }) => name),
      ),
    )
    .addOption(new Option('--fault <name>', '…and the fault').choices(directedFaults))
    .option('--lines <n>', 'of what was said, the last ones', wholeNumber, 200)
    .action(async (options: PointsOptions, command: Command) => {
      const problem = problemOf(options);
      if (problem !== undefined) command.error(`error: ${problem} Nothing was run.`);
      const { point, fault } = options;
      const isOne = point !== undefined && fault !== undefined;
      process.exitCode = (await (isOne ? one(options, { point, fault }) : all(options))) ? 0 : 1;
    });
}

function problemOf({ point, fault, seeds, visits = [], only }: PointsOptions): string | undefined {
  if (seeds < 1) return '--seeds must be at least 1.';
  if (!protocolPoints.some(({ name }) => name.includes(only))) return `No point has "${only}" in its name.`;
  if ((point === undefined) !== (fault === undefined)) return '--point and --fault belong together.';
  if (point !== undefined && (seeds > 1 || visits.length > 1)) return 'With --point there is one seed and one visit.';
  return undefined;
}

/** A fault at a visit of a point, over all seeds. */
interface Tally {
  readonly run: DirectedRun;
  runs: number;
  struck: number;
}

async function all(options: PointsOptions): Promise<boolean> {
  const { seed, seeds, visits, only } = options;
  const choice = { seed, seeds, host: hostOf(options), ...(visits !== undefined && { visits }) };
  const runs = allDirectedRuns(choice).filter(({ point }) => point.includes(only));
  const tallies = new Map<string, Tally>();
  let broken = 0;
  for (const run of runs) {
    const { struck, failure } = await runAtPoint(run);
    const what = `${run.fault} at "${run.point}", visit ${run.visit}`;
    const tally = tallies.get(what) ?? { run, runs: 0, struck: 0 };
    tallies.set(what, { run, runs: tally.runs + 1, struck: tally.struck + Number(struck) });
    if (failure === undefined) continue;
    broken += 1;
    complain(`${what}, seed ${run.seed}: ${failure.detail}`, run);
  }
  const idle = [...tallies].filter(([, { struck }]) => struck === 0);
  for (const [what, { run, runs: count }] of idle) complain(`${what}: in none of ${count} runs did it strike`, run);
  report([...tallies.values()]);
  console.log(`${runs.length} runs (${choice.host}), ${broken} broke a rule, ${idle.length} faults never struck.`);
  return broken === 0 && idle.length === 0;
}

function report(tallies: readonly Tally[]): void {
  for (const { name } of protocolPoints) {
    const here = tallies.filter(({ run }) => run.point === name);
    if (here.length === 0) continue;
    const [struck, runs] = [sum(here.map((tally) => tally.struck)), sum(here.map((tally) => tally.runs))];
    console.log(`${name.padEnd(32)} struck in ${struck} of ${runs} runs`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function complain(about: string, { point, fault, seed, host, visit }: DirectedRun): void {
  const module = host === 'module' ? ' --module' : '';
  console.error(about);
  console.error(
    `  npm run simulate -- order-points --point "${point}" --fault "${fault}" --seed ${seed} --visits ${visit}${module}`,
  );
}

async function one(options: PointsOptions, { point, fault }: Pick<DirectedRun, 'point' | 'fault'>): Promise<boolean> {
  const { seed, visits, lines } = options;
  const [visit = usualVisit(point)] = visits ?? [];
  const run = { point, fault, seed, host: hostOf(options), visit };
  const { reached, struck, failure, sequence } = await runAtPoint(run, { record: true });
  for (const line of sequence.slice(Math.max(0, sequence.length - lines))) console.log(line);
  console.log(
    `"${point}" was reached ${reached} times (${run.host}); the fault ${struck ? 'struck' : 'never struck'}.`,
  );
  console.log(failure === undefined ? 'Every rule held.' : `BROKEN: ${failure.rule}, ${failure.detail}`);
  return failure === undefined && struck;
}
