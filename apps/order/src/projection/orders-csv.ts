import type { PlacedOrder } from '@toystore/protocol/order';

export const ordersCsvHeader = 'number,name,quantity\n';

/**
 * The rows of some orders. Nothing needs quotes: a product name has no comma, quote or line break, and does not begin
 * with a character that a spreadsheet takes for a formula.
 */
export function csvRows(orders: readonly PlacedOrder[]): string {
  return orders.map(({ number, name, quantity }) => `${number},${name},${quantity}\n`).join('');
}
