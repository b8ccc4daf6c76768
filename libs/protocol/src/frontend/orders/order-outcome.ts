import { type PlaceOrderRefusal, type PlaceOrderResult, unreachable } from '@toystore/contracts';

/** How a shopper's order ended. Every kind but `placed` and `outcome_unknown` means: certainly not placed. */
export type OrderOutcome = Extract<PlaceOrderResult, { kind: 'placed' }> | PlaceOrderRefusal;

/**
 * What to make of one attempt:
 * `final` is the shopper's answer; `again` is worth another attempt under the same key. `placedNothing` tells whether
 * this attempt certainly had no effect.
 */
export type AttemptVerdict =
  | { readonly kind: 'final'; readonly outcome: OrderOutcome }
  | { readonly kind: 'again'; readonly placedNothing: boolean };

/**
 * Judges a replica's answer. `inDoubt`: an earlier attempt under this key may have had an effect. Then an answer that
 * only says "this attempt did nothing" must not reach the shopper as "nothing was placed":
 * (1) replica A commits the intent and dies before it answers; (2) replica B, the new leader, is overloaded and says
 * so; (3) B re-drives A's intent, and the order is placed.
 * What a replica says about the *order* (placed, refused for want of stock, …) is in its log under the key, and final.
 */
export function judgeAnswer(answer: PlaceOrderResult, inDoubt: boolean): AttemptVerdict {
  switch (answer.kind) {
    case 'placed':
    case 'unknown_product':
    case 'insufficient_stock':
    case 'invalid':
    case 'key_reused':
      return { kind: 'final', outcome: answer };
    case 'overloaded':
    case 'unavailable':
      return inDoubt ? { kind: 'again', placedNothing: true } : { kind: 'final', outcome: answer };
    case 'not_leader':
    case 'no_leader':
      return { kind: 'again', placedNothing: true };
    case 'outcome_unknown':
      return { kind: 'again', placedNothing: false };
    default:
      return unreachable(answer);
  }
}
