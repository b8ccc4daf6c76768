import { Command } from 'commander';
import { benchCache } from './cache-bench.js';
import { benchFailover, killsDefault } from './failover.js';
import { benchLogStore } from './log-store-bench.js';
import { type Measurement, printMeasurement } from './measurement.js';
import { benchOrders } from './orders.js';
import { benchReplicatedLog } from './replicated-log-bench.js';

const measurements: Record<string, () => Promise<Measurement>> = {
  cache: () => benchCache(),
  orders: () => benchOrders(),
  commits: () => benchLogStore(),
  log: () => benchReplicatedLog(),
  failover: () => benchFailover({ kills: Number(program.opts<{ kills: string }>().kills) }),
};

const program = new Command('bench')
  .description(
    'Measurements in one run, as ratios. Figures depend on the machine and on what else it does; ratios much less.',
  )
  .argument('[which...]', `some of: ${Object.keys(measurements).join(', ')}; all when left out`)
  .option('--kills <n>', 'how many leaders the failover measurement kills', String(killsDefault))
  .option('--json', 'one JSON document a measurement, on a line of its own')
  .parse();

const asked = program.args.length > 0 ? program.args : Object.keys(measurements);
let missed = 0;
for (const name of asked) {
  const measure = measurements[name];
  if (measure === undefined) {
    program.error(`There is no measurement '${name}'. There are: ${Object.keys(measurements).join(', ')}.`);
  } else {
    const measurement = await measure();
    missed += measurement.goals.filter((goal) => !goal.met).length;
    console.log(
      program.opts<{ json?: boolean }>().json === true ? JSON.stringify(measurement) : printMeasurement(measurement),
    );
  }
}
process.exitCode = missed === 0 ? 0 : 1;
