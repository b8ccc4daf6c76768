import type { CoherentCacheState } from './cache-state.js';
import { failFill } from './coherent-cache.js';
import type { FillTicket } from './fill-ticket.js';
import { invariant } from './invariant.js';

/**
 * The load is given up and still runs: as `failFill`, but it counts against `fillsInFlightMax` until `releaseFill`. If it
 * did not, an owner that hangs would be asked again and again, beyond every limit.
 */
export function abandonFill<V>(cache: CoherentCacheState<V>, ticket: FillTicket): void {
  failFill(cache, ticket);
  cache.fillsInFlight += 1;
  cache.fillsAbandoned += 1;
}

/** A load that was given up has ended, one way or another. */
export function releaseFill<V>(cache: CoherentCacheState<V>): void {
  invariant(cache.fillsAbandoned > 0, 'a load is given up before it is released');
  cache.fillsInFlight -= 1;
  cache.fillsAbandoned -= 1;
}
