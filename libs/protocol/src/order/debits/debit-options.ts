import type { RetryBounds } from './retry-delay.js';

export const debitOptionsToken = Symbol('debit options');

/** How the leader talks to the catalog. */
export interface DebitOptions {
  /** Most debits in one call. */
  readonly batchMax: number;
  /**
   * How long one call may take, ms. Above twice the cache lease: a catalog that has just started waits for one lease,
   * and a sale for at most another.
   */
  readonly timeoutMs: number;
  /** How long the catalog may take to show that it is there, ms. */
  readonly probeTimeoutMs: number;
  /** Pauses between attempts. */
  readonly retry: RetryBounds;
}

export const debitOptionsDefault: DebitOptions = {
  batchMax: 1_024,
  timeoutMs: 5_000,
  probeTimeoutMs: 1_000,
  retry: { firstMs: 50, maxMs: 1_000 },
};
