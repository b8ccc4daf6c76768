import {
  ConnectionFailedError,
  DeadlineExceededError,
  UnexpectedAnswerError,
  type StorePlaceOrderResult,
} from '@toystore/contracts';

/** A failure after which the same request, with the same key, may be sent again. */
export interface Retryable {
  readonly kind: 'retryable';
  /** Whether this try certainly placed nothing. */
  readonly definite: boolean;
  readonly detail: string;
}

/** How one try to place an order ended. */
export type OrderAttempt =
  | { readonly kind: 'placed'; readonly orderNumber: number }
  /** The store decided against the order; its answer to this key will stay the same. */
  | { readonly kind: 'refused'; readonly reason: 'insufficient_stock' | 'unknown_product'; readonly detail: string }
  /** An answer that a correct store would not give to this client. */
  | { readonly kind: 'wrong'; readonly detail: string }
  | Retryable;

/** Reads an answer to `POST /orders`. */
export function readOrderAnswer(answer: StorePlaceOrderResult): OrderAttempt {
  switch (answer.kind) {
    case 'placed':
      return { kind: 'placed', orderNumber: answer.orderNumber };
    case 'insufficient_stock':
    case 'unknown_product':
      return { kind: 'refused', reason: answer.kind, detail: answer.detail };
    case 'invalid':
    case 'key_reused':
      return { kind: 'wrong', detail: answer.detail };
    case 'no_leader':
    case 'overloaded':
    case 'unavailable':
      return { kind: 'retryable', definite: true, detail: answer.detail };
    case 'outcome_unknown':
      return { kind: 'retryable', definite: false, detail: answer.detail };
  }
}

/** Reads what a request was rejected with; throws what is no transport failure. */
export function readFailure(error: unknown): Retryable | { readonly kind: 'wrong'; readonly detail: string } {
  if (error instanceof ConnectionFailedError || error instanceof DeadlineExceededError) {
    return { kind: 'retryable', definite: error.definite, detail: error.message };
  }
  if (error instanceof UnexpectedAnswerError) {
    // A gateway or a dying process in the way; what it did with the request is not known.
    if (error.status >= 500) return { kind: 'retryable', definite: false, detail: error.message };
    return { kind: 'wrong', detail: error.message };
  }
  throw error;
}
