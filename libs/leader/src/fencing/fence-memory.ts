import type { Fence } from '../election/election.js';
import type { FenceKeeper } from './fence-keeper.js';
import { refuseFence, termJumpMaxDefault } from './refuse-fence.js';

/**
 * The highest term seen per group, in memory only: after a restart the first call sets it anew. For tests, and for
 * services whose calls are idempotent anyway; `DurableFences` survives restarts.
 */
export class FenceMemory implements FenceKeeper {
  private readonly seen = new Map<string, number>();
  private readonly termJumpMax: number;

  /** @param options as in `FencesModuleOptions` */
  constructor({ termJumpMax = termJumpMaxDefault }: { readonly termJumpMax?: number } = {}) {
    this.termJumpMax = termJumpMax;
  }

  /** @throws StaleFenceError, ImplausibleFenceError; see `FenceKeeper` */
  admit(fence: Fence): void {
    refuseFence(fence, { highest: this.highest(fence.group), termJumpMax: this.termJumpMax });
    this.seen.set(fence.group, fence.term);
  }

  highest(group: string): number {
    return this.seen.get(group) ?? 0;
  }
}
