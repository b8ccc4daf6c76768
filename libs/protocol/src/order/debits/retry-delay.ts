/** Bounds of the pause between two attempts, ms. */
export interface RetryBounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Exponential backoff with jitter over its upper half: attempt 1 waits about `firstMs`, each further one twice as
 * long, up to `maxMs`. The lower half is kept, so that a catalog that is down is never asked in a tight loop.
 *
 * @param failures consecutive failures so far, at least 1
 * @param random from [0, 1)
 */
export function retryDelayMs(failures: number, random: number, { firstMs, maxMs }: RetryBounds): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}
