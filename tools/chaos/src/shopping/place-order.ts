import { setTimeout as sleep } from 'node:timers/promises';
import { parseVersion } from '../verdict/catalog-version.js';
import type { StockBound } from '../verdict/stock-bound.js';
import type { FrontendClients } from './frontend-clients.js';
import type { ShoppingJournal } from './shopping-journal.js';

export interface PlaceOrderOptions {
  readonly frontends: FrontendClients;
  readonly bound: StockBound;
  readonly journal: ShoppingJournal;
  readonly stop: AbortSignal;
  /** After `stop`, how long an order without an answer is still asked about with its key, ms. */
  readonly settleMs: number;
}

/** Answers after which the same key is sent again; any other is about the order itself. */
const worthAnotherTry: ReadonlySet<string> = new Set(['outcome_unknown', 'no_leader', 'unavailable', 'overloaded']);
export const retryDelayMs = 100;
export const callDeadlineMs = 12_000;

/**
 * Places one order and writes down what became of it. Without a clear answer it is asked about again with the same key,
 * at the next frontend: that is what the key is for.
 */
export async function placeOrder(
  order: { readonly name: string; readonly quantity: number; readonly key: string },
  { frontends, bound, journal, stop, settleMs }: PlaceOrderOptions,
): Promise<void> {
  const sentAtMs = performance.now();
  const via: string[] = [];
  let giveUpAtMs: number | undefined;
  let why = '';
  bound.attempted(order.name, order.quantity);
  for (;;) {
    if (stop.aborted) giveUpAtMs ??= performance.now() + settleMs;
    if (giveUpAtMs !== undefined && performance.now() > giveUpAtMs) {
      journal.records.push({ kind: 'unknown', ...order, why });
      return;
    }
    const { name: frontend, store } = frontends.own;
    if (!via.includes(frontend)) via.push(frontend);
    try {
      const answer = await store.placeOrder({ ...order, deadlineMs: callDeadlineMs });
      if (answer.kind === 'placed') {
        bound.sold(order.name, order.quantity, parseVersion(answer.version));
        journal.sales.push({ sentAtMs, acknowledgedAtMs: performance.now(), via });
        journal.records.push({ kind: 'acknowledged', ...order, number: answer.orderNumber });
        return;
      }
      if (!worthAnotherTry.has(answer.kind)) {
        bound.refused(order.name, order.quantity);
        journal.records.push({ kind: 'refused', ...order, why: answer.detail });
        return;
      }
      why = answer.detail;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    journal.retries++;
    frontends.moveOn();
    await sleep(retryDelayMs);
  }
}
