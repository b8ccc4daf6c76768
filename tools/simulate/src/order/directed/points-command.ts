import { Command } from 'commander';
import { protocolPoints } from '../services/protocol-points.js';
import { allDirectedRuns, runAtPoint } from './run-at-point.js';

/** `simulate order-points`: each fault at each point of an order's way. */
export function orderPointsCommand(): Command {
  return new Command('order-points')
    .description('each fault at each point of an order’s way, once; a point that is never reached is a failure')
    .option('--seed <number>', 'of the first run', Number, 1)
    .option('--only <text>', 'points whose name contains it', '')
    .action(async ({ seed, only }: { seed: number; only: string }) => {
      const reached = new Map<string, number>(protocolPoints.map(({ name }) => [name, 0]));
      let isGood = true;
      for (const run of allDirectedRuns(seed).filter(({ point }) => point.includes(only))) {
        const report = await runAtPoint(run);
        reached.set(run.point, (reached.get(run.point) ?? 0) + report.reached);
        const problem = report.reached === 0 ? 'never reached' : report.violations[0];
        if (problem === undefined) continue;
        isGood = false;
        console.error(`${run.fault} at "${run.point}", seed ${run.seed}: ${problem}`);
      }
      for (const [point, count] of reached)
        if (point.includes(only)) console.log(`${point.padEnd(32)} reached ${count} times`);
      process.exitCode = isGood ? 0 : 1;
    });
}
