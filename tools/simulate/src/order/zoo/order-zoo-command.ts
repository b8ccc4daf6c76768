import { Command } from 'commander';
import { runOrderZoo } from './run-order-zoo.js';

/** `simulate order-zoo`: bugs in the order protocol, each of which the simulation must catch. */
export function orderZooCommand(): Command {
  return new Command('order-zoo')
    .description('bugs put into the order protocol, one at a time, each of which the simulation must catch')
    .option('--schedules <count>', 'for each bug, at most', Number, 1_000)
    .option('--seed <number>', 'of the first schedule', Number, 1)
    .option('--only <text>', 'bugs whose name contains it', '')
    .action(async ({ schedules, seed, only }: { schedules: number; seed: number; only: string }) => {
      let missed = 0;
      for await (const fate of runOrderZoo({ schedulesMax: schedules, seed, only })) {
        const { mutant, caughtBy, schedules: run, cpuSeconds } = fate;
        if (caughtBy === undefined) missed += 1;
        const end = caughtBy === undefined ? 'NOT CAUGHT' : `seed ${fate.seed}, ${caughtBy.slice(0, 110)}`;
        console.log(
          `${mutant.name.padEnd(42)} ${String(run).padStart(5)} schedules ${cpuSeconds.toFixed(1).padStart(6)} s  ${end}`,
        );
      }
      process.exitCode = missed === 0 ? 0 : 1;
    });
}
