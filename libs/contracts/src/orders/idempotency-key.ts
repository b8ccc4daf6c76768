declare const idempotencyKey: unique symbol;

/** A client's name for one attempt to order, the same on every retry of that attempt. */
export type IdempotencyKey = string & { readonly [idempotencyKey]: true };

const visibleAscii = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads an `Idempotency-Key`: 1–255 visible ASCII characters, taken as they are (quotes belong to the key).
 * A header that was sent twice arrives joined with `, ` and is refused for its space.
 */
export function parseIdempotencyKey(raw: unknown): IdempotencyKey | undefined {
  return typeof raw === 'string' && visibleAscii.test(raw) ? (raw as IdempotencyKey) : undefined;
}
