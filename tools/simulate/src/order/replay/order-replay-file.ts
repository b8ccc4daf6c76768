import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeOrderFault } from '../schedule/order-fault.js';
import type { OrderFailure } from '../schedule/order-outcome.js';
import type { OrderPlan } from '../schedule/order-plan.js';

/** A failing schedule of orders that needs no generator any more. */
export interface OrderReplayFile {
  readonly version: 1;
  readonly of: 'orders';
  readonly failure: OrderFailure;
  /** Of the run; another one now means that the code or the simulator has changed since. */
  readonly traceDigest: string;
  readonly plan: OrderPlan;
  /** For readers only. */
  readonly script: readonly string[];
  readonly sequence: readonly string[];
}

export class OrderReplayFileError extends Error {
  override readonly name = 'OrderReplayFileError';
}

/** @returns its path. */
export async function writeOrderReplayFile(
  folder: string,
  about: Omit<OrderReplayFile, 'version' | 'of' | 'script'>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { seed, host, faults } = about.plan;
  const path = join(folder, `orders-${host}-${seed}.json`);
  const file: OrderReplayFile = { version: 1, of: 'orders', ...about, script: faults.map(describeOrderFault) };
  await writeFile(path, `${JSON.stringify(file, undefined, 1)}\n`);
  return path;
}

/** @throws OrderReplayFileError when it is something else. */
export async function readOrderReplayFile(path: string): Promise<OrderReplayFile> {
  const file = JSON.parse(await readFile(path, 'utf8')) as Partial<OrderReplayFile>;
  if (file.version !== 1 || file.of !== 'orders' || file.plan === undefined) {
    throw new OrderReplayFileError(
      `${path} is not a schedule written by \`simulate orders\` (format 1). Schedules of the core: \`simulate replay\`.`,
    );
  }
  return file as OrderReplayFile;
}
