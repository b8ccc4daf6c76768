import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { StockBound } from '../verdict/stock-bound.js';
import type { FrontendAddress } from './frontend-address.js';
import { type FrontendClient, FrontendClients } from './frontend-clients.js';
import { callDeadlineMs, placeOrder, retryDelayMs } from './place-order.js';
import type { ShoppingJournal } from './shopping-journal.js';

export interface ShopperOptions {
  readonly id: number;
  readonly frontends: readonly FrontendAddress[];
  readonly products: readonly string[];
  readonly random: SeededRandom;
  readonly bound: StockBound;
  readonly journal: ShoppingJournal;
  readonly stop: AbortSignal;
  /** After `stop`, how long an order without an answer is still asked about with its key, ms. */
  readonly settleMs: number;
}

/** A look at another frontend is an extra: it may not keep the shopper from shopping. */
const glanceDeadlineMs = 1_500;

/**
 * Reads a product at its own frontend and at the next one, then orders one or two of it, until told to stop; one kept-alive
 * connection to each frontend. Who gets no answer goes on at the next frontend.
 */
export async function shop(options: ShopperOptions): Promise<void> {
  const { frontends: addresses, random, products, stop, id } = options;
  const frontends = new FrontendClients(addresses, { first: id, sessionId: `chaos-${id}` });
  try {
    while (!stop.aborted) {
      const name = random.pick(products);
      if (frontends.other !== frontends.own) await readOnce(frontends.other, name, glanceDeadlineMs, options);
      const seen = await readOnce(frontends.own, name, callDeadlineMs, options);
      if (!seen) {
        frontends.moveOn();
        await sleep(retryDelayMs);
      }
      await placeOrder({ name, quantity: random.integer(1, 2), key: randomUUID() }, { ...options, frontends });
    }
  } finally {
    await frontends.close();
  }
}

/** Whether the product was shown. What is shown is judged here, by what was acknowledged when it was asked for. */
async function readOnce(
  { name: frontend, store }: FrontendClient,
  name: string,
  deadlineMs: number,
  { bound, journal, id }: ShopperOptions,
): Promise<boolean> {
  const known = bound.known(name);
  try {
    const answer = await store.product(name, { deadlineMs });
    if (answer.kind !== 'product') {
      journal.failedReads++;
      return false;
    }
    journal.reads++;
    const wrong = bound.judge(name, answer.product, known);
    if (wrong !== undefined) journal.staleReads.push(`Shopper ${id} at ${frontend}: ${wrong}`);
    return true;
  } catch {
    // A frontend that is down or cut off is one of the faults of the run; it is counted, not judged.
    journal.failedReads++;
    return false;
  }
}
