import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { FrontendAddress } from '../shopping/frontend-address.js';
import { FrontendClients } from '../shopping/frontend-clients.js';
import { placeOrder } from '../shopping/place-order.js';
import type { ShoppingJournal } from '../shopping/shopping-journal.js';
import type { StockBound } from '../verdict/stock-bound.js';
import type { ChangeClock } from './change-clock.js';

export interface ProductWriterOptions {
  readonly id: number;
  readonly product: string;
  readonly frontends: readonly FrontendAddress[];
  readonly random: SeededRandom;
  readonly bound: StockBound;
  readonly journal: ShoppingJournal;
  readonly changeClock: ChangeClock;
  /** Mean time between an acknowledgement and the next order, ms. */
  readonly meanPauseMs: number;
  /** The same when there may be nothing left: what is restocked meanwhile is looked at before it is sold. */
  readonly meanSoldOutPauseMs: number;
  readonly stop: AbortSignal;
  readonly settleMs: number;
}

/** Sells one product, one order after the other, each at the next frontend, until told to stop. */
export async function sellProduct(options: ProductWriterOptions): Promise<void> {
  const { id, product, random, bound, meanPauseMs, meanSoldOutPauseMs, journal, changeClock, stop } = options;
  const frontends = new FrontendClients(options.frontends, { first: id, sessionId: `writer-${product}` });
  try {
    while (!stop.aborted) {
      const before = journal.sales.length;
      await placeOrder({ name: product, quantity: random.integer(1, 2), key: randomUUID() }, { ...options, frontends });
      if (journal.sales.length > before) changeClock.noteChange(product, performance.now());
      frontends.moveOn();
      const meanMs = bound.mayBeSoldOut(product) ? meanSoldOutPauseMs : meanPauseMs;
      await sleep(2 * meanMs * random.next());
    }
  } finally {
    await frontends.close();
  }
}
