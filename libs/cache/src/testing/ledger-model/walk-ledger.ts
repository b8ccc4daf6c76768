import type { OwnerRules } from '../../core/owner-rules.js';
import { Prng } from '../simulation/prng.js';
import { LedgerTrial, LedgerViolation } from './ledger-trial.js';

const stepsOfWalk = 400;

/** One random walk of the ledger. Returns what broke, and after how many steps; nothing when every promise was kept. */
export function walkLedger(
  seed: number,
  rules: OwnerRules,
): { readonly promise: string; readonly detail: string } | undefined {
  const trial = new LedgerTrial(new Prng(seed), rules);
  let step = 0;
  try {
    for (step = 1; step <= stepsOfWalk; step += 1) trial.step();
    trial.finish();
    return undefined;
  } catch (error) {
    if (!(error instanceof LedgerViolation)) throw error;
    return { promise: error.promise, detail: `seed ${seed}, step ${step}: ${error.message}` };
  }
}
