import { orderQuantityMax } from '../orders/place-order.js';
import { IntegerProperty, ListProperty, OneOfProperty, ProductNameProperty } from '../validation/property.js';

/** Most debits in one batch. */
export const debitsPerBatchMax = 4096;

/** What became of a debit. `settled`: its id is at or below the settled watermark, it is never executed (again). */
export const debitOutcomes = ['sold', 'insufficient_stock', 'unknown_product', 'settled'] as const;
export type DebitOutcome = (typeof debitOutcomes)[number];

/** One idempotent stock decrement; `intent` is the log index of the order's intent and names it for ever. */
export class Debit {
  @IntegerProperty({ min: 1 })
  intent!: number;

  @ProductNameProperty()
  name!: string;

  @IntegerProperty({ min: 1, max: orderQuantityMax })
  quantity!: number;
}

/** `POST /debits`: one durable write for all of them. A term below one that was seen is refused with 412. */
export class DebitBatch {
  @IntegerProperty({ description: "the sending leader's term, its fence" })
  term!: number;

  @IntegerProperty({ description: 'every intent up to this one has an outcome in the order log' })
  settledThrough!: number;

  @ListProperty(Debit, { countMax: debitsPerBatchMax })
  debits!: Debit[];
}

/** The recorded outcome of one debit, the same at every repeat. */
export class DebitResult {
  @IntegerProperty({ min: 1 })
  intent!: number;

  @OneOfProperty(debitOutcomes)
  outcome!: DebitOutcome;

  @IntegerProperty({ description: 'price × quantity when sold, else 0' })
  costCents!: number;
}

/** The answer to a batch, one result a debit, in the order of the batch. */
export class DebitResults {
  @ListProperty(DebitResult, { countMax: debitsPerBatchMax })
  results!: DebitResult[];
}
