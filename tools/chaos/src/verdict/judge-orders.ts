import type { OrderRecord, StoredOrder } from '../shopping/order-record.js';

/**
 * Compares what shoppers were told with what the store holds:
 *
 * - every acknowledged order is there, under its number, with its content;
 * - no number was given to two keys;
 * - numbers are dense from 0;
 * - there are no more orders than acknowledged and unknown ones together (a refused key never becomes an order).
 *
 * Returns one sentence for each violation, with the values.
 */
export function judgeOrders(records: readonly OrderRecord[], stored: readonly StoredOrder[]): string[] {
  const violations: string[] = [];
  const byNumber = new Map<number, StoredOrder>();
  for (const order of stored) {
    if (byNumber.has(order.number)) violations.push(`Order ${order.number} is listed twice.`);
    byNumber.set(order.number, order);
  }
  for (let number = 0; number < byNumber.size; number++) {
    if (!byNumber.has(number))
      violations.push(`There is no order ${number}, although there are ${byNumber.size} orders: numbers have a gap.`);
  }
  const keyOfNumber = new Map<number, string>();
  let unknown = 0;
  for (const record of records) {
    if (record.kind === 'unknown') unknown++;
    if (record.kind !== 'acknowledged') continue;
    const other = keyOfNumber.get(record.number);
    if (other !== undefined)
      violations.push(`Order ${record.number} was acknowledged for two keys: ${other} and ${record.key}.`);
    keyOfNumber.set(record.number, record.key);
    const order = byNumber.get(record.number);
    if (order === undefined) {
      violations.push(
        `Order ${record.number} (${record.quantity} × ${record.name}) was acknowledged and is not there.`,
      );
    } else if (order.name !== record.name || order.quantity !== record.quantity) {
      violations.push(
        `Order ${record.number} was acknowledged as ${record.quantity} × ${record.name} and is stored as ${order.quantity} × ${order.name}.`,
      );
    }
  }
  const unexplained = byNumber.size - keyOfNumber.size - unknown;
  if (unexplained > 0) {
    violations.push(
      `There are ${byNumber.size} orders, but only ${keyOfNumber.size} were acknowledged and ${unknown} are unknown: ${unexplained} were placed twice or by nobody.`,
    );
  }
  return violations;
}
