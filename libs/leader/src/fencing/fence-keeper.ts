import type { Fence } from '../election/election.js';

/** Remembers the highest term seen per group. A port: `DurableFences` keeps it on disk, `FenceMemory` does not. */
export interface FenceKeeper {
  /**
   * Resolves (or returns) when the call that carries this fence may be served: no higher term was seen, and this one
   * will be remembered.
   *
   * @throws StaleFenceError when a higher term of the group has been seen
   */
  admit(fence: Fence): void | Promise<void>;
  /** 0: none was seen. */
  highest(group: string): number;
}
