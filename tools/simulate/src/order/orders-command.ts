import { Command } from 'commander';
import { positiveNumber, wholeNumber } from '../numbers.js';
import { runOrderCampaign } from './campaign.js';
import { type HostOption, hostOf, hostOption } from './host-option.js';
import { explainOrderPlan } from './replay/explain-order-plan.js';
import { replayOrders } from './replay/replay-orders.js';
import { drawOrderPlan } from './schedule/draw-order-plan.js';
import { describeOrderFault } from './schedule/order-fault.js';
import type { HostKind } from './services/group-host.js';

interface OrdersOptions extends HostOption {
  readonly schedules: number;
  readonly seed: number;
  readonly minutes: number;
  readonly repeatEvery: number;
  readonly failures: string;
  readonly lines: number;
  readonly replay?: string;
}

const failuresExplained = 3;

/** `simulate orders`: the order protocol under faults. */
export function ordersCommand(): Command {
  return new Command('orders')
    .description('Orders under faults, in virtual time. Exit code 1 when a rule was broken.')
    .option('--schedules <count>', 'how many, one a seed', wholeNumber, 1_000)
    .option('--seed <number>', 'of the first schedule; the others follow it', wholeNumber, 1)
    .option('--minutes <n>', 'end after this time', positiveNumber, Number.POSITIVE_INFINITY)
    .option('--repeat-every <n>', 'every how manyth schedule is run twice to compare traces', wholeNumber, 100)
    .addOption(hostOption())
    .option('--failures <folder>', 'where shrunk failures go', 'data/var/simulate')
    .option('--replay <what>', 'one schedule again, with what was said: a seed, or a written failure')
    .option('--lines <n>', 'of what was said in a replay, the last ones', wholeNumber, 200)
    .action(async (options: OrdersOptions) => {
      const { replay, lines } = options;
      const isGood =
        replay === undefined
          ? await campaign(options)
          : await replayOrders({ what: replay, host: hostOf(options), lines });
      process.exitCode = isGood ? 0 : 1;
    });
}

async function campaign(options: OrdersOptions): Promise<boolean> {
  const { schedules, seed, minutes } = options;
  const host = hostOf(options);
  const { failures, totals } = await runOrderCampaign({
    schedules,
    seed,
    host,
    repeatEvery: Math.max(1, options.repeatEvery),
    endAfterMs: minutes * 60_000,
  });
  console.log(JSON.stringify(totals, undefined, 2));
  const module = host === 'module' ? ' --module' : '';
  for (const failure of failures) {
    console.error(`seed ${failure.seed}: ${failure.rule}\n  ${failure.detail}`);
    console.error(`  npm run simulate -- orders${module} --replay ${failure.seed}`);
  }
  const shrinkable = failures.filter(({ rule }) => rule !== 'Determinism');
  for (const failure of shrinkable.slice(0, failuresExplained)) await explain(failure.seed, host, options.failures);
  return failures.length === 0;
}

async function explain(seed: number, host: HostKind, folder: string): Promise<void> {
  const { path, plan, faultsBefore, runs, sequence } = await explainOrderPlan(drawOrderPlan(seed, host), folder);
  console.error(`\nseed ${seed}, ${plan.faults.length} of ${faultsBefore} faults left after ${runs} runs:`);
  for (const fault of plan.faults) console.error(describeOrderFault(fault));
  for (const line of sequence.slice(-40)) console.error(line);
  console.error(`npm run simulate -- orders --replay ${path}`);
}
