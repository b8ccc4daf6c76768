import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { OrderRecord, StoredOrder } from '../shopping/order-record.js';

const deadlineMs = 15_000;
const connections = 8;

/** Reads every order back through the public API, as a shopper would: `count` of them, and up to the highest number that was acknowledged. */
export async function fetchOrders(
  url: string,
  { records, count }: { readonly records: readonly OrderRecord[]; readonly count: number },
): Promise<StoredOrder[]> {
  const transport = new UndiciTransport({ baseUrl: url, receiver: 'store', connections });
  const client = new StoreClient(transport, { sessionId: 'chaos-verdict' });
  const stored: StoredOrder[] = [];
  try {
    const numbers = Array.from({ length: Math.max(count, highestNumber(records) + 1) }, (_, number) => number);
    const workers = Array.from({ length: connections }, async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        const answer = await client.order(number, { deadlineMs });
        if (answer.kind === 'order') stored.push(answer.order);
      }
    });
    await Promise.all(workers);
  } finally {
    await transport.close();
  }
  return stored;
}

function highestNumber(records: readonly OrderRecord[]): number {
  return records.reduce(
    (highest, record) => (record.kind === 'acknowledged' ? Math.max(highest, record.number) : highest),
    -1,
  );
}
