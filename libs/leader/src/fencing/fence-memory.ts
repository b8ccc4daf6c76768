import { StaleFenceError } from '../errors/leader-errors.js';
import type { Fence } from '../election/election.js';

/**
 * The highest term seen per group. In memory: after a restart the first call sets it anew, so what must not happen
 * twice needs an idempotency key besides.
 */
export class FenceMemory {
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
