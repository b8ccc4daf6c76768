/** The promises that `verify` checks. */
export type Invariant =
  /** The store came to rest and every process that should answer did. */
  | 'at-rest'
  /** initial + restocked − sold = current ≥ 0 for every product. */
  | 'stock-conservation'
  /** At rest the placed orders are exactly the catalog's sold debits. */
  | 'orders-are-sales'
  /** Order numbers are 0, 1, 2, … without gaps. */
  | 'dense-numbers'
  /** Every replica holds the same orders and the same applied state. */
  | 'replicas-agree'
  /** Every acknowledged order exists exactly once, with the number and content that was acknowledged. */
  | 'acknowledged-orders';

/** One broken promise: `subject` is the product, replica or file it was seen at. */
export interface Violation {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}
