import type { SaleSample } from '../verdict/sale-delay.js';
import type { OrderRecord } from './order-record.js';

/** What all shoppers of a run saw, in one place. */
export class ShoppingJournal {
  readonly records: OrderRecord[] = [];
  readonly staleReads: string[] = [];
  readonly sales: SaleSample[] = [];
  reads = 0;
  failedReads = 0;
  retries = 0;

  /** The longest time in which no order was acknowledged, ms. */
  longestGapMs(): number {
    const times = this.sales.map(({ acknowledgedAtMs }) => acknowledgedAtMs);
    return times.reduce(
      (longest, time, offset) => Math.max(longest, offset === 0 ? 0 : time - (times[offset - 1] as number)),
      0,
    );
  }
}
