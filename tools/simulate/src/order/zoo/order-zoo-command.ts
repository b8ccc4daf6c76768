import { Command } from 'commander';
import { runOrderZoo } from './run-order-zoo.js';

/** `simulate order-zoo`: bugs in the order protocol, each of which the simulation must catch. */
export function orderZooCommand(): Command {
  return new Command('order-zoo')
    .description('bugs put into the order protocol, one at a time, each of which the simulation must catch')
    .option('--schedules <count>', 'for each bug, at most, before the named points are tried', Number, 200)
    .option('--seed <number>', 'of the first schedule', Number, 1)
    .option('--only <text>', 'bugs whose name contains it', '')
    .action(async ({ schedules, seed, only }: { schedules: number; seed: number; only: string }) => {
      let missed = 0;
      for await (const fate of runOrderZoo({ schedulesMax: schedules, seed, only })) {
        const { mutant, caught, cpuSeconds } = fate;
        if (caught === undefined) missed += 1;
        const end =
          caught === undefined
            ? 'NOT CAUGHT'
            : `run ${String(caught.runs).padStart(4)}, ${caught.where}: ${caught.detail.slice(0, 100)}`;
        console.log(`${mutant.name.padEnd(42)} ${cpuSeconds.toFixed(1).padStart(6)} s  ${end}`);
      }
      process.exitCode = missed === 0 ? 0 : 1;
    });
}
