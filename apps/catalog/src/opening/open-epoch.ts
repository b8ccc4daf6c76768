import type { CatalogEpoch } from '@toystore/protocol/catalog';
import { ProblemError } from '@toystore/service';

/** @throws ProblemError 503 while the log is still being applied */
export function openEpoch(epoch: CatalogEpoch): number {
  if (epoch.current === undefined) throw catalogStarting();
  return epoch.current;
}

export function catalogStarting(): ProblemError {
  return new ProblemError('unavailable', 'The catalog is starting; its log is not applied yet.', {
    retryAfterMs: 1_000,
  });
}
