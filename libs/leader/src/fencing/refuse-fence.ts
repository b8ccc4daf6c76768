import type { Fence } from '../election/election.js';
import { ImplausibleFenceError, StaleFenceError } from '../errors/leader-errors.js';

/**
 * How far a term may be above the highest one seen (0 at first). Each term is an election, and one a minute makes half a
 * million a year, so a larger step is a mistake: a time or a serial number in the header, or a made-up one.
 */
export const termJumpMaxDefault = 1_000_000;

/**
 * The rule of fencing: a term below the highest one seen is a deposed leader's, one far above it nobody's.
 *
 * @throws StaleFenceError, ImplausibleFenceError
 */
export function refuseFence(
  { group, term }: Fence,
  seen: { readonly highest: number; readonly termJumpMax: number },
): void {
  if (term < seen.highest) throw new StaleFenceError(group, term, seen.highest);
  if (term - seen.highest > seen.termJumpMax)
    throw new ImplausibleFenceError(group, term, seen.highest, seen.termJumpMax);
}
