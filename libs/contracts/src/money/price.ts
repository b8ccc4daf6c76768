const decimalPrice = /^(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?$/;

/** Dearest price, in cents: sums of a hundred thousand of them stay exact. */
export const priceCentsMax = 9_999_999_999;

/**
 * Cents as the decimal number that is shown outside: `2599` → `25.99`. Exact in JSON: the nearest double to a number
 * with two decimals prints as that number.
 */
export function toDecimal(cents: number): number {
  return cents / 100;
}

/** Reads a price such as `25.99`, `25.9` or `25` as cents; `undefined` for anything else (signs, exponents, spaces). */
export function parsePriceCents(raw: string): number | undefined {
  const match = decimalPrice.exec(raw);
  if (match === null) return undefined;
  const cents = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return cents <= priceCentsMax ? cents : undefined;
}

/** The cents of a decimal price that came as a JSON number; `undefined` when it has more than two decimals. */
export function toCents(price: number): number | undefined {
  const cents = Math.round(price * 100);
  return Number.isSafeInteger(cents) && cents >= 0 && cents / 100 === price ? cents : undefined;
}
