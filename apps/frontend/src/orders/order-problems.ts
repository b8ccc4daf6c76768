import { unreachable } from '@toystore/contracts';
import { ProblemError, type ProblemExtra } from '@toystore/service';
import type { OrderOutcome } from '@toystore/protocol/frontend';

/** After this time without a leader, or with too much to do, it is worth trying again, ms. */
export const retryAfterMsDefault = 1000;

/** The problem answer for an order that was not placed, or of which that is not known. */
export function orderProblem(outcome: Exclude<OrderOutcome, { kind: 'placed' }>, extra: ProblemExtra): ProblemError {
  const { detail } = outcome;
  switch (outcome.kind) {
    case 'unknown_product':
      return new ProblemError('unknown-product', detail, extra);
    case 'insufficient_stock':
      return new ProblemError('insufficient-stock', detail, extra);
    case 'invalid':
      return new ProblemError('validation-failed', detail, { ...extra, errors: outcome.errors });
    case 'key_reused':
      return new ProblemError('key-reused', detail, extra);
    case 'overloaded':
      return new ProblemError('overloaded', detail, {
        ...extra,
        retryAfterMs: outcome.retryAfterMs ?? retryAfterMsDefault,
      });
    case 'no_leader':
      return new ProblemError('no-leader', detail, {
        ...extra,
        retryAfterMs: outcome.retryAfterMs ?? retryAfterMsDefault,
      });
    case 'unavailable':
      return new ProblemError('unavailable', detail, {
        ...extra,
        retryAfterMs: outcome.retryAfterMs ?? retryAfterMsDefault,
      });
    case 'outcome_unknown':
      return new ProblemError('outcome-unknown', detail, extra);
    default:
      return unreachable(outcome);
  }
}
