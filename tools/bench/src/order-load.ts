import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import { benchProducts } from './bench-store.js';

export interface OrderSample {
  readonly startedAtMs: number;
  readonly acknowledgedAtMs: number;
  readonly tries: number;
}

/** Orders one toy after the other over one kept-alive connection, each with its own key, until told to stop. */
export async function orderUntil(url: string, stop: AbortSignal, samples: OrderSample[]): Promise<void> {
  const transport = new UndiciTransport({ baseUrl: url, receiver: 'store', connections: 1 });
  const store = new StoreClient(transport);
  try {
    for (let count = 0; !stop.aborted; count++) {
      const order = { name: benchProducts[count % benchProducts.length] as string, quantity: 1, key: randomUUID() };
      const startedAtMs = performance.now();
      for (let tries = 1; !stop.aborted; tries++) {
        if (await placed(store, order)) {
          samples.push({ startedAtMs, acknowledgedAtMs: performance.now(), tries });
          break;
        }
        await sleep(5);
      }
    }
  } finally {
    await transport.close();
  }
}

async function placed(store: StoreClient, order: { name: string; quantity: number; key: string }): Promise<boolean> {
  try {
    return (await store.placeOrder({ ...order, deadlineMs: 10_000 })).kind === 'placed';
  } catch {
    // Counted as a further try of the same order: while processes are being killed, that is what is measured.
    return false;
  }
}
