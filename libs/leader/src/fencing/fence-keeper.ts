import type { Fence } from '../election/election.js';

/** Remembers the highest term seen per group. A port: `DurableFences` keeps it on disk, `FenceMemory` does not. */
export interface FenceKeeper {
  /**
   * Resolves (or returns) when the call that carries this fence may be served: no higher term was seen, and this one
   * will be remembered.
   *
   * It believes the caller, up to a limit: who calls must have been authenticated before.
   *
   * @throws StaleFenceError when a higher term of the group has been seen
   * @throws ImplausibleFenceError when the term is too far above the highest one seen; it is not remembered
   */
  admit(fence: Fence): void | Promise<void>;
  /** 0: none was seen. */
  highest(group: string): number;
}
