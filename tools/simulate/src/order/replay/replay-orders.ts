import type { HostKind } from '../services/group-host.js';
import { drawOrderPlan } from '../schedule/draw-order-plan.js';
import { describeOrderFault } from '../schedule/order-fault.js';
import { runOrderPlan } from '../schedule/run-order-plan.js';
import { readOrderReplayFile } from './order-replay-file.js';

export interface OrderReplay {
  /** A seed, or a file that `orders` has written. */
  readonly what: string;
  /** Where it is a seed. */
  readonly host: HostKind;
  /** Of the sequence, the last ones. */
  readonly lines: number;
}

/** Runs one schedule again and tells what happened. Resolves with whether every rule held. */
export async function replayOrders({ what, host, lines }: OrderReplay): Promise<boolean> {
  const file = /^\d+$/.test(what) ? undefined : await readOrderReplayFile(what);
  const plan = file?.plan ?? drawOrderPlan(Number(what), host);
  const { report, failure, sequence } = await runOrderPlan(plan, { record: true });

  const { faults, ...scenario } = plan;
  console.log(JSON.stringify(scenario));
  for (const fault of faults) console.log(describeOrderFault(fault));
  for (const line of sequence.slice(Math.max(0, sequence.length - lines))) console.log(line);
  console.log(`trace ${report.traceDigest}; ${report.placed} orders placed, ${report.refused} refused`);
  if (file !== undefined && file.traceDigest !== report.traceDigest) {
    console.log(`It was ${file.traceDigest} when the file was written: the code or the simulator has changed since.`);
  }
  console.log(failure === undefined ? 'Every rule held.' : `BROKEN: ${failure.rule}, ${failure.detail}`);
  return failure === undefined;
}
