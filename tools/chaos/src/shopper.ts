import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { OrderRecord } from './order-record.js';
import type { SeededRandom } from './seeded-random.js';
import type { StockBound } from './stock-bound.js';

export interface ShopperOptions {
  readonly id: number;
  readonly url: string;
  readonly products: readonly string[];
  readonly random: SeededRandom;
  readonly bound: StockBound;
  readonly journal: ShoppingJournal;
  readonly stop: AbortSignal;
  /** After `stop`, how long an order without an answer is still asked about with its key, ms. */
  readonly settleMs: number;
}

/** What all shoppers of a run saw, in one place. */
export class ShoppingJournal {
  readonly records: OrderRecord[] = [];
  readonly staleReads: string[] = [];
  readonly acknowledgedAtMs: number[] = [];
  reads = 0;
  failedReads = 0;
  retries = 0;

  /** The longest time in which no order was acknowledged, ms. */
  longestGapMs(): number {
    const times = this.acknowledgedAtMs;
    return times.reduce((longest, time, offset) => Math.max(longest, offset === 0 ? 0 : time - (times[offset - 1] as number)), 0);
  }
}

/** Answers after which the same key is sent again; any other is about the order itself. */
const worthAnotherTry: ReadonlySet<string> = new Set(['outcome_unknown', 'no_leader', 'unavailable', 'overloaded']);
const retryDelayMs = 100;
const callDeadlineMs = 12_000;

/**
 * Reads a product, then orders one or two of it, until told to stop; one kept-alive connection. An order without a
 * clear answer is asked about again with the same key: that is what the key is for.
 */
export async function shop(options: ShopperOptions): Promise<void> {
  const transport = new UndiciTransport({ baseUrl: options.url, receiver: 'store', connections: 1 });
  const store = new StoreClient(transport, { sessionId: `chaos-${options.id}` });
  try {
    while (!options.stop.aborted) {
      const name = options.random.pick(options.products);
      await readOnce(store, name, options);
      await orderOnce(store, { name, quantity: options.random.integer(1, 2), key: randomUUID() }, options);
    }
  } finally {
    await transport.close();
  }
}

async function readOnce(store: StoreClient, name: string, { bound, journal, id }: ShopperOptions): Promise<void> {
  const atMost = bound.now(name);
  try {
    const answer = await store.product(name, { deadlineMs: callDeadlineMs });
    if (answer.kind !== 'product') {
      journal.failedReads++;
      await sleep(retryDelayMs);
      return;
    }
    journal.reads++;
    if (answer.product.quantity > atMost) {
      journal.staleReads.push(
        `Shopper ${id} was shown ${answer.product.quantity} × ${name}; when it asked, acknowledged sales left at most ${atMost}.`,
      );
    }
  } catch {
    // A frontend that is down or cut off is one of the faults of the run; it is counted, not judged.
    journal.failedReads++;
    await sleep(retryDelayMs);
  }
}

async function orderOnce(
  store: StoreClient,
  order: { name: string; quantity: number; key: string },
  { bound, journal, stop, settleMs }: ShopperOptions,
): Promise<void> {
  let giveUpAtMs: number | undefined;
  let why = '';
  for (;;) {
    if (stop.aborted) giveUpAtMs ??= performance.now() + settleMs;
    if (giveUpAtMs !== undefined && performance.now() > giveUpAtMs) {
      journal.records.push({ kind: 'unknown', ...order, why });
      return;
    }
    try {
      const answer = await store.placeOrder({ ...order, deadlineMs: callDeadlineMs });
      if (answer.kind === 'placed') {
        bound.sold(order.name, order.quantity);
        journal.acknowledgedAtMs.push(performance.now());
        journal.records.push({ kind: 'acknowledged', ...order, number: answer.orderNumber });
        return;
      }
      if (!worthAnotherTry.has(answer.kind)) {
        journal.records.push({ kind: 'refused', ...order, why: answer.detail });
        return;
      }
      why = answer.detail;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    journal.retries++;
    await sleep(retryDelayMs);
  }
}
