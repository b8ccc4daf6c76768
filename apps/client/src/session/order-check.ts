import type { StoreOrderResult } from '@toystore/contracts';
import type { AcknowledgedOrder } from '../records/order-records.js';

/** An order whose answer differs from the client's own record of it. */
export interface Mismatch {
  readonly client: string;
  readonly number: number;
  readonly detail: string;
}

/** Compares the store's answer to `GET /orders/:number` with the record; undefined when they match. */
export function compareWithRecord(record: AcknowledgedOrder, answer: StoreOrderResult): string | undefined {
  const { number, name, quantity } = record;
  switch (answer.kind) {
    case 'order': {
      const { order } = answer;
      if (order.number === number && order.name === name && order.quantity === quantity) return undefined;
      return `order ${number} was acknowledged as ${quantity} ${name}, the store answers ${order.quantity} ${order.name} as order ${order.number}`;
    }
    case 'absent':
      return `order ${number} (${quantity} ${name}) was acknowledged, the store does not have it`;
    case 'unavailable':
      return `order ${number} could not be checked: ${answer.detail}`;
  }
}
