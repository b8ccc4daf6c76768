import { StaleFenceError } from '../errors/leader-errors.js';
import type { Fence } from '../election/election.js';
import type { FenceKeeper } from './fence-keeper.js';

/**
 * The highest term seen per group, in memory only: after a restart the first call sets it anew. For tests, and for
 * services whose calls are idempotent anyway; `DurableFences` survives restarts.
 */
export class FenceMemory implements FenceKeeper {
  private readonly seen = new Map<string, number>();

  /** @throws StaleFenceError when a higher term of the group has been admitted before */
  admit({ group, term }: Fence): void {
    const highest = this.seen.get(group) ?? 0;
    if (term < highest) throw new StaleFenceError(group, term, highest);
    this.seen.set(group, term);
  }

  highest(group: string): number {
    return this.seen.get(group) ?? 0;
  }
}
