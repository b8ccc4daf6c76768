declare const orderNumber: unique symbol;

/** An order's number: a dense sequence from 0, assigned when the order is applied to the log. */
export type OrderNumber = number & { readonly [orderNumber]: true };

const canonicalNumber = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * Reads an order number from a path. Only the canonical decimal form is one: `01`, `-1`, `1e3`, `1.0` and numbers
 * beyond 2^53 − 1 are `undefined`, so that one order has exactly one address.
 */
export function parseOrderNumber(raw: unknown): OrderNumber | undefined {
  if (typeof raw !== 'string' || !canonicalNumber.test(raw)) return undefined;
  const value = Number(raw);
  return Number.isSafeInteger(value) ? (value as OrderNumber) : undefined;
}
