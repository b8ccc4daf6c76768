/** What one shopper knows of one order it tried to place, whatever became of it. */
export type OrderRecord = {
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
} & (
  | { readonly kind: 'acknowledged'; readonly number: number }
  /** The store said no, for good: out of stock, unknown product. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No answer that says what happened, also after all retries. The order may exist, at most once. */
  | { readonly kind: 'unknown'; readonly why: string }
);

export interface StoredOrder {
  readonly number: number;
  readonly name: string;
  readonly quantity: number;
}
