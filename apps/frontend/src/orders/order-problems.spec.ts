import { describe, expect, it } from '@jest/globals';
import type { OrderOutcome } from '@toystore/protocol/frontend';
import { orderProblem } from './order-problems.js';

describe('an order’s problem answer', () => {
  it.each<[Exclude<OrderOutcome, { kind: 'placed' }>, number, number | undefined]>([
    [{ kind: 'unknown_product', detail: 'd' }, 404, undefined],
    [{ kind: 'insufficient_stock', detail: 'd' }, 400, undefined],
    [{ kind: 'invalid', detail: 'd', errors: [] }, 400, undefined],
    [{ kind: 'key_reused', detail: 'd' }, 422, undefined],
    [{ kind: 'overloaded', detail: 'd', retryAfterMs: 2500 }, 429, 2500],
    [{ kind: 'no_leader', detail: 'd', retryAfterMs: undefined }, 503, 1000],
    [{ kind: 'outcome_unknown', detail: 'd' }, 504, undefined],
  ])('for %j has status %i and asks to wait %s ms', (outcome, status, retryAfterMs) => {
    const problem = orderProblem(outcome, { headers: { 'idempotency-key': 'k' } });

    expect(problem.status).toBe(status);
    expect(problem.extra.retryAfterMs).toBe(retryAfterMs);
    expect(problem.extra.headers).toEqual({ 'idempotency-key': 'k' });
  });
});
