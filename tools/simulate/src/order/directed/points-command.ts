import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../numbers.js';
import { type ProtocolPoint, protocolPoints } from '../services/protocol-points.js';
import { allDirectedRuns, type DirectedFault, directedFaults, runAtPoint } from './run-at-point.js';

interface PointsOptions {
  readonly seed: number;
  readonly only: string;
  readonly point?: ProtocolPoint;
  readonly fault?: DirectedFault;
  readonly lines: number;
}

/** `simulate order-points`: each fault at each point of an order's way. */
export function orderPointsCommand(): Command {
  return new Command('order-points')
    .description('Each fault at each point of an order’s way, once; a point that is never reached is a failure.')
    .option('--seed <number>', 'of the first run', wholeNumber, 1)
    .option('--only <text>', 'points whose name contains it', '')
    .addOption(
      new Option('--point <name>', 'one run again, with what was said: the point…').choices(
        protocolPoints.map(({ name }) => name),
      ),
    )
    .addOption(new Option('--fault <name>', '…and the fault').choices(directedFaults))
    .option('--lines <n>', 'of what was said, the last ones', wholeNumber, 200)
    .action(async (options: PointsOptions) => {
      process.exitCode = (await (options.point === undefined ? all(options) : one(options))) ? 0 : 1;
    });
}

async function all({ seed, only }: PointsOptions): Promise<boolean> {
  const reached = new Map<string, number>(protocolPoints.map(({ name }) => [name, 0]));
  let isGood = true;
  for (const run of allDirectedRuns(seed).filter(({ point }) => point.includes(only))) {
    const outcome = await runAtPoint(run);
    reached.set(run.point, (reached.get(run.point) ?? 0) + outcome.reached);
    const problem = outcome.reached === 0 ? 'never reached' : outcome.failure?.detail;
    if (problem === undefined) continue;
    isGood = false;
    console.error(`${run.fault} at "${run.point}", seed ${run.seed}: ${problem}`);
    console.error(
      `  npm run simulate -- order-points --point "${run.point}" --fault "${run.fault}" --seed ${run.seed}`,
    );
  }
  for (const [point, count] of reached)
    if (point.includes(only)) console.log(`${point.padEnd(32)} reached ${count} times`);
  return isGood;
}

async function one({ point, fault, seed, lines }: PointsOptions): Promise<boolean> {
  if (point === undefined || fault === undefined) {
    throw new InvalidArgumentError('--point and --fault belong together.');
  }
  const { reached, failure, sequence } = await runAtPoint({ point, fault, seed }, { record: true });
  for (const line of sequence.slice(Math.max(0, sequence.length - lines))) console.log(line);
  console.log(`"${point}" was reached ${reached} times.`);
  console.log(failure === undefined ? 'Every rule held.' : `BROKEN: ${failure.rule}, ${failure.detail}`);
  return failure === undefined && reached > 0;
}
