/** One purchase, under one idempotency key for as long as its answer is not known. */
export interface Purchase {
  readonly name: string;
  readonly quantity: number;
  readonly key: string;
}

/** What the store said to one attempt. */
export type PurchaseAnswer =
  | { readonly kind: 'placed'; readonly orderNumber: number }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string }
  /** Nothing was placed by this attempt; it may be sent again after a while. */
  | { readonly kind: 'not_placed'; readonly why: NotPlacedReason; readonly retryAfterMs: number }
  /** The attempt may have been placed: no answer came, or one that says so. */
  | { readonly kind: 'unknown' };

/** Why the store could not take an order that it may take later. */
export type NotPlacedReason = 'no_leader' | 'overloaded' | 'unavailable';

export type RefusalReason = 'insufficient_stock' | 'unknown_product' | 'invalid' | 'other';

export type PurchaseState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly purchase: Purchase; readonly attempt: number; readonly mayBePlaced: boolean }
  | {
      readonly kind: 'waiting';
      readonly purchase: Purchase;
      readonly attempt: number;
      readonly mayBePlaced: boolean;
      readonly why: NotPlacedReason;
      readonly retryAfterMs: number;
    }
  | { readonly kind: 'unanswered'; readonly purchase: Purchase; readonly mayBePlaced: boolean }
  | { readonly kind: 'placed'; readonly purchase: Purchase; readonly orderNumber: number }
  | { readonly kind: 'refused'; readonly purchase: Purchase; readonly reason: RefusalReason; readonly detail: string };

export type PurchaseEvent =
  | { readonly kind: 'buy'; readonly purchase: Purchase }
  /** A purchase of an earlier page view that never got its answer. */
  | { readonly kind: 'restored'; readonly purchase: Purchase }
  | { readonly kind: 'answered'; readonly answer: PurchaseAnswer }
  | { readonly kind: 'retry_due' }
  | { readonly kind: 'check_again' };

/** Attempts that the page makes by itself before it asks the shopper. */
export const attemptsMax = 5;

export const idle: PurchaseState = { kind: 'idle' };

/**
 * The life of a purchase. Entering `sending` means: send it now. Entering `waiting` means: raise `retry_due` after
 * `retryAfterMs`. Every attempt carries the same key, so that an order is placed at most once however often it is sent.
 */
export function nextPurchase(state: PurchaseState, event: PurchaseEvent): PurchaseState {
  switch (event.kind) {
    case 'buy':
      // One purchase of a toy at a time: while an answer is open, its key must not be replaced.
      return isOpen(state) ? state : { kind: 'sending', purchase: event.purchase, attempt: 1, mayBePlaced: false };
    case 'restored':
      return state.kind === 'idle' ? { kind: 'unanswered', purchase: event.purchase, mayBePlaced: true } : state;
    case 'answered':
      return state.kind === 'sending' ? afterAnswer(state, event.answer) : state;
    case 'retry_due':
      return state.kind === 'waiting'
        ? { kind: 'sending', purchase: state.purchase, attempt: state.attempt + 1, mayBePlaced: state.mayBePlaced }
        : state;
    case 'check_again':
      return state.kind === 'unanswered'
        ? { kind: 'sending', purchase: state.purchase, attempt: 1, mayBePlaced: state.mayBePlaced }
        : state;
  }
}

/** True while the purchase has no final answer, that is, while its key must be kept. */
export function isOpen(
  state: PurchaseState,
): state is Extract<PurchaseState, { kind: 'sending' | 'waiting' | 'unanswered' }> {
  return state.kind === 'sending' || state.kind === 'waiting' || state.kind === 'unanswered';
}

function afterAnswer(state: Extract<PurchaseState, { kind: 'sending' }>, answer: PurchaseAnswer): PurchaseState {
  const { purchase, attempt } = state;
  switch (answer.kind) {
    case 'placed':
      return { kind: 'placed', purchase, orderNumber: answer.orderNumber };
    case 'refused':
      return { kind: 'refused', purchase, reason: answer.reason, detail: answer.detail };
    case 'not_placed':
      return attempt < attemptsMax
        ? {
            kind: 'waiting',
            purchase,
            attempt,
            mayBePlaced: state.mayBePlaced,
            why: answer.why,
            retryAfterMs: answer.retryAfterMs,
          }
        : { kind: 'unanswered', purchase, mayBePlaced: state.mayBePlaced };
    case 'unknown':
      return { kind: 'unanswered', purchase, mayBePlaced: true };
  }
}
