/**
 * The commands of the catalog's log. Their entries are read again by later versions: fields may be added, never
 * renamed.
 */
export type StockCommand = LoadCommand | DebitCommand | RestockCommand | LeaseCommand;

/** The initial stock. Only the first one counts: afterwards the log is the truth, not the file it came from. */
export interface LoadCommand {
  readonly kind: 'load';
  readonly products: readonly InitialProduct[];
}

export interface InitialProduct {
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
}

/** A batch of debits from the leader of `term`, which will never ask again about an intent at or below `settledThrough`. */
export interface DebitCommand {
  readonly kind: 'debit';
  readonly term: number;
  readonly settledThrough: number;
  readonly debits: readonly StockDebit[];
}

export interface StockDebit {
  readonly intent: number;
  readonly name: string;
  readonly quantity: number;
}

/** Fills each of these products up to `level`, if it is out of stock when the command is applied. */
export interface RestockCommand {
  readonly kind: 'restock';
  readonly names: readonly string[];
  readonly level: number;
}

/** No lease that a cache holds from now on lasts longer; a later life of the catalog waits for that long. */
export interface LeaseCommand {
  readonly kind: 'lease';
  readonly longestMs: number;
}

export type RecordedOutcome = 'sold' | 'insufficient_stock' | 'unknown_product';

export interface DebitAnswer {
  readonly intent: number;
  /** `settled`: certainly not executed now; what came of this id before is no longer remembered. */
  readonly outcome: RecordedOutcome | 'settled';
  readonly costCents: number;
}

export type StockResult =
  | { readonly kind: 'loaded'; readonly first: boolean }
  | { readonly kind: 'debited'; readonly answers: readonly DebitAnswer[] }
  /** A leader of the later `term` has been here: nothing was executed. */
  | { readonly kind: 'fenced'; readonly term: number }
  | { readonly kind: 'restocked'; readonly names: readonly string[] }
  | { readonly kind: 'lease-recorded' };

/** The part of a committed entry that the ledger depends on. */
export interface StockEntry {
  readonly index: number;
  readonly command: StockCommand;
}
