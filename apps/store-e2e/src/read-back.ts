import { expect } from '@jest/globals';
import type { StoreClient } from '@toystore/contracts';
import type { AcknowledgedOrder } from '@toystore/lab';

const readersCount = 8;

/** Each order is in the store under the number that was acknowledged, with what was ordered; no number was given twice. */
export async function readBack(shop: StoreClient, orders: readonly AcknowledgedOrder[]): Promise<void> {
  expect(new Set(orders.map(({ number }) => number)).size).toBe(orders.length);
  const left = [...orders];
  const read = async (): Promise<void> => {
    for (let order = left.pop(); order !== undefined; order = left.pop()) {
      const { number, name, quantity } = order;
      const answer = await shop.order(number, { deadlineMs: 15_000 });
      expect(answer).toMatchObject({ kind: 'order', order: { number, name, quantity } });
    }
  };
  await Promise.all(Array.from({ length: readersCount }, read));
}
