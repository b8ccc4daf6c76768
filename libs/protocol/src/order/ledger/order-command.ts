/**
 * The commands of the replicated order log. Their entries are read again by later versions: fields may be added,
 * never renamed.
 */
export type OrderCommand = IntentCommand | OutcomesCommand;

/** A shopper wants this. The index of its log entry is the intent id, under which the catalog is asked for the stock. */
export interface IntentCommand {
  readonly kind: 'intent';
  readonly key: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly quantity: number;
}

/** What the catalog answered, for as many intents as were answered in one call. */
export interface OutcomesCommand {
  readonly kind: 'outcomes';
  readonly outcomes: readonly IntentOutcome[];
  /** The catalog's version after them, `<epoch>;<sequence>`; entries of earlier software have none. */
  readonly version?: string | undefined;
}

export interface IntentOutcome {
  readonly intent: number;
  readonly result: DebitOutcome;
}

export type RefusalReason = 'insufficient_stock' | 'unknown_product';

export type DebitOutcome = 'sold' | RefusalReason;

/** How an intent ended. It ends once: the first outcome applied for it. */
export type Settlement =
  | {
      readonly kind: 'placed';
      readonly number: number;
      /** the catalog's, after the sale */ readonly version?: string | undefined;
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/** What applying a command answers to the replica that proposed it. */
export type OrderResult =
  | { readonly kind: 'opened'; readonly intent: number }
  /** The key already has an open intent of the same content: wait for that one. */
  | { readonly kind: 'joined'; readonly intent: number }
  | { readonly kind: 'finished'; readonly settlement: Settlement }
  /** The key was used for something else. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'settled'; readonly count: number };

/** The part of a committed entry that the ledger depends on. `time` is log time: ms since the epoch, never falling. */
export interface OrderEntry {
  readonly index: number;
  readonly time: number;
  readonly command: OrderCommand;
}
