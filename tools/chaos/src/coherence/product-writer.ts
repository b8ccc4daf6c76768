import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { FrontendAddress } from '../shopping/frontend-address.js';
import { FrontendClients } from '../shopping/frontend-clients.js';
import { placeOrder } from '../shopping/place-order.js';
import type { ShoppingJournal } from '../shopping/shopping-journal.js';
import type { StockBound } from '../verdict/stock-bound.js';
import type { SaleClock } from './sale-clock.js';

export interface ProductWriterOptions {
  readonly id: number;
  readonly product: string;
  readonly frontends: readonly FrontendAddress[];
  readonly random: SeededRandom;
  readonly bound: StockBound;
  readonly journal: ShoppingJournal;
  readonly saleClock: SaleClock;
  /** Mean time between an acknowledgement and the next order, ms. */
  readonly meanPauseMs: number;
  readonly stop: AbortSignal;
  readonly settleMs: number;
}

/** Sells one product, one order after the other, each at the next frontend, until told to stop. */
export async function sellProduct(options: ProductWriterOptions): Promise<void> {
  const { id, product, random, meanPauseMs, journal, saleClock, stop } = options;
  const frontends = new FrontendClients(options.frontends, { first: id, sessionId: `writer-${product}` });
  try {
    while (!stop.aborted) {
      const before = journal.sales.length;
      await placeOrder({ name: product, quantity: random.integer(1, 2), key: randomUUID() }, { ...options, frontends });
      if (journal.sales.length > before) saleClock.noteSale(product, performance.now());
      frontends.moveOn();
      await sleep(2 * meanPauseMs * random.next());
    }
  } finally {
    await frontends.close();
  }
}
