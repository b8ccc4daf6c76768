import type { OrderAttempt, Retryable } from './attempt-outcome.js';

export interface RetryPolicy {
  /** Tries after the first one. */
  readonly retriesMax: number;
  /** Pause before each of them, in ms. */
  readonly retryDelayMs: number;
}

/** Three retries, two seconds apart, each with the key of the first try. */
export const retryPolicyDefault: RetryPolicy = { retriesMax: 3, retryDelayMs: 2_000 };

/** How an order ended after all its tries. */
export type OrderOutcome =
  | Exclude<OrderAttempt, Retryable>
  /** Every try failed and certainly placed nothing. */
  | { readonly kind: 'failed'; readonly detail: string }
  /** Every try failed and one of them may have placed the order: only the same key can tell. */
  | { readonly kind: 'unresolved'; readonly detail: string };

/** What follows after a try. `mayBePlaced` is whether an earlier try of this key may have placed the order. */
export function decideAfterAttempt(
  attempt: OrderAttempt,
  history: { retries: number; mayBePlaced: boolean },
  policy: RetryPolicy,
):
  | { readonly kind: 'retry'; readonly afterMs: number; readonly mayBePlaced: boolean }
  | { readonly kind: 'done'; readonly outcome: OrderOutcome } {
  if (attempt.kind !== 'retryable') return { kind: 'done', outcome: attempt };
  // A later refusal of service says nothing about a try that broke off before it.
  const mayBePlaced = history.mayBePlaced || !attempt.definite;
  if (history.retries < policy.retriesMax) return { kind: 'retry', afterMs: policy.retryDelayMs, mayBePlaced };
  return { kind: 'done', outcome: { kind: mayBePlaced ? 'unresolved' : 'failed', detail: attempt.detail } };
}
