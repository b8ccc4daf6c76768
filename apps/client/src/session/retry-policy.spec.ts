import { describe, expect, it } from '@jest/globals';
import type { OrderAttempt } from './attempt-outcome.js';
import { decideAfterAttempt, retryPolicyDefault } from './retry-policy.js';

const refusedService: OrderAttempt = { kind: 'retryable', definite: true, detail: 'no leader' };
const brokenConnection: OrderAttempt = { kind: 'retryable', definite: false, detail: 'connection reset' };
const fresh = { retries: 0, mayBePlaced: false };
const spent = { retries: 3, mayBePlaced: false };

describe('decideAfterAttempt', () => {
  it.each<[string, OrderAttempt]>([
    ['placed', { kind: 'placed', orderNumber: 7 }],
    ['refused', { kind: 'refused', reason: 'insufficient_stock', detail: 'only 1 left' }],
    ['wrong', { kind: 'wrong', detail: 'status 400' }],
  ])('is done when the order is %s', (_, attempt) => {
    expect(decideAfterAttempt(attempt, fresh, retryPolicyDefault)).toEqual({ kind: 'done', outcome: attempt });
  });

  it('retries after two seconds while one of its three retries is left', () => {
    for (const retries of [0, 1, 2]) {
      expect(decideAfterAttempt(refusedService, { retries, mayBePlaced: false }, retryPolicyDefault)).toEqual({
        kind: 'retry',
        afterMs: 2000,
        mayBePlaced: false,
      });
    }
  });

  it('gives up as failed when every try certainly placed nothing', () => {
    expect(decideAfterAttempt(refusedService, spent, retryPolicyDefault)).toEqual({
      kind: 'done',
      outcome: { kind: 'failed', detail: 'no leader' },
    });
  });

  it('gives up as unresolved when the last try broke off', () => {
    expect(decideAfterAttempt(brokenConnection, spent, retryPolicyDefault)).toMatchObject({
      outcome: { kind: 'unresolved' },
    });
  });

  it('does not forget over later refusals of service that an earlier try may have placed the order', () => {
    const next = decideAfterAttempt(brokenConnection, fresh, retryPolicyDefault);

    expect(next).toMatchObject({ kind: 'retry', mayBePlaced: true });
    expect(decideAfterAttempt(refusedService, { retries: 3, mayBePlaced: true }, retryPolicyDefault)).toMatchObject({
      outcome: { kind: 'unresolved' },
    });
  });
});
