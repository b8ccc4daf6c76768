import type { AcknowledgedOrder } from './acknowledged-orders.js';
import type { StoreSnapshot } from './store-snapshot.js';
import { judgeStore, type VerifyReport } from './verify-report.js';

export interface VerifyOptions {
  /** Orders that clients hold acknowledgements for; each must exist exactly so. */
  readonly acknowledged?: readonly AcknowledgedOrder[];
  /** How long to wait for the store to come to rest. Default 30000. */
  readonly restWaitMs?: number;
}

export const restWaitMsDefault = 30_000;
const pollMs = 100;

/** Waits, within its bound, until the store is at rest, then checks every invariant. A store that never rests is reported as a violation. */
export async function verifyStore(
  look: () => Promise<StoreSnapshot>,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const deadline = performance.now() + (options.restWaitMs ?? restWaitMsDefault);
  let snapshot = await look();
  while (snapshot.kind === 'at-work' && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    snapshot = await look();
  }
  return judgeStore(snapshot, options.acknowledged);
}
