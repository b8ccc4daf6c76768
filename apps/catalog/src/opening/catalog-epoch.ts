import { Injectable } from '@nestjs/common';
import { ProblemError } from '@toystore/service';

/**
 * The epoch of every version that this life of the catalog gives out: the term in which it became ready, which is
 * durable and rises with every start.
 */
@Injectable()
export class CatalogEpoch {
  private epoch: number | undefined;

  get isOpen(): boolean {
    return this.epoch !== undefined;
  }

  begin(epoch: number): void {
    this.epoch = epoch;
  }

  /** @throws ProblemError 503 while the log is still being applied */
  current(): number {
    if (this.epoch === undefined) {
      throw new ProblemError('unavailable', 'The catalog is starting; its log is not applied yet.', {
        retryAfterMs: 1_000,
      });
    }
    return this.epoch;
  }
}
