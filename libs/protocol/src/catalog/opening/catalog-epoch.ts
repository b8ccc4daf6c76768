import { Injectable } from '@nestjs/common';

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

  /** Undefined while the log is still being applied: nothing may be read or sold. */
  get current(): number | undefined {
    return this.epoch;
  }

  begin(epoch: number): void {
    this.epoch = epoch;
  }
}
