import { HttpException } from '@nestjs/common';
import { ProblemError } from '@toystore/service';

const temporary: ReadonlySet<number> = new Set([503, 504]);

/**
 * The cache refuses what it cannot load now (too many loads, one that takes too long) with Nest's HTTP exceptions, in
 * its own words. A read that did not come about has no unknown outcome: both are a 503, and worth another try.
 */
export function cacheRefusal(error: unknown): ProblemError | undefined {
  if (!(error instanceof HttpException) || !temporary.has(error.getStatus())) return undefined;
  return new ProblemError('unavailable', 'The stock cannot be read at the moment. Try again shortly.', {
    retryAfterMs: 1000,
    cause: error,
  });
}
