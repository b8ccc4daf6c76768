import { Command } from 'commander';
import { runOrderCampaign } from './campaign.js';
import { runOrderSchedule } from './run-orders.js';
import type { HostKind } from './services/group-host.js';

interface OrdersOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly module?: boolean;
  readonly replay?: boolean;
}

/** `simulate orders`: the order protocol under faults. */
export function ordersCommand(): Command {
  return new Command('orders')
    .description('orders under faults: order group, catalog, frontends and shoppers in virtual time')
    .option('--schedules <count>', 'how many', Number, 1_000)
    .option('--seed <number>', 'of the first schedule; the others follow it', Number, 1)
    .option('--module', 'host the groups in the whole LeaderModule instead of bare')
    .option('--replay', 'one schedule, with its trace')
    .action(async (options: OrdersOptions) => {
      process.exitCode = (await (options.replay === true ? replay(options) : campaign(options))) ? 0 : 1;
    });
}

async function replay({ seed, module }: OrdersOptions): Promise<boolean> {
  const { trace, violations, traceDigest } = await runOrderSchedule({ seed, host: hostOf(module), keepTrace: true });
  for (const line of trace) console.log(line);
  console.log(`trace ${traceDigest}`);
  for (const violation of violations) console.error(violation);
  return violations.length === 0;
}

async function campaign({ schedules, seed, module }: OrdersOptions): Promise<boolean> {
  const { failures, totals } = await runOrderCampaign({ schedules, seed, host: hostOf(module) });
  console.log(JSON.stringify(totals, undefined, 2));
  for (const failure of failures) {
    console.error(`seed ${failure.seed}: ${failure.violations[0]}`);
    console.error(
      `  replay: npm run simulate -- orders --replay --seed ${failure.seed}${module === true ? ' --module' : ''}`,
    );
  }
  return failures.length === 0;
}

function hostOf(module: boolean | undefined): HostKind {
  return module === true ? 'module' : 'bare';
}
