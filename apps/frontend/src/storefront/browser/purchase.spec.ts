import { describe, expect, it } from '@jest/globals';
import {
  attemptsMax,
  idle,
  isOpen,
  nextPurchase,
  type PurchaseAnswer,
  type PurchaseEvent,
  type PurchaseState,
} from './purchase.js';
import { wordsFor } from './words.js';

const purchase = { name: 'fox', quantity: 3, key: 'k1' };
const buy: PurchaseEvent = { kind: 'buy', purchase };
const notPlaced: PurchaseAnswer = { kind: 'not_placed', why: 'no_leader', retryAfterMs: 1000 };
const unknown: PurchaseAnswer = { kind: 'unknown' };

function after(...events: PurchaseEvent[]): PurchaseState {
  return events.reduce(nextPurchase, idle);
}

function answered(answer: PurchaseAnswer): PurchaseEvent {
  return { kind: 'answered', answer };
}

describe('a purchase', () => {
  it('is sent at once', () => {
    expect(after(buy)).toEqual({ kind: 'sending', purchase, attempt: 1, mayBePlaced: false });
  });

  it('keeps its key when the shopper presses Buy again before the answer', () => {
    const state = after(buy, { kind: 'buy', purchase: { name: 'fox', quantity: 1, key: 'k2' } });

    expect(state).toMatchObject({ kind: 'sending', purchase: { key: 'k1' } });
  });

  it('goes on under the same key after an answer that says nothing was placed', () => {
    const waiting = after(buy, answered(notPlaced));
    const sending = nextPurchase(waiting, { kind: 'retry_due' });

    expect(waiting).toMatchObject({ kind: 'waiting', retryAfterMs: 1000, mayBePlaced: false });
    expect(sending).toMatchObject({ kind: 'sending', attempt: 2, purchase: { key: 'k1' } });
  });

  it('stops retrying by itself and asks the shopper, still under the same key', () => {
    let state = after(buy);
    for (let attempt = 1; attempt < attemptsMax; attempt++)
      state = [answered(notPlaced), { kind: 'retry_due' } as const].reduce(nextPurchase, state);
    state = nextPurchase(state, answered(notPlaced));

    expect(state).toEqual({ kind: 'unanswered', purchase, mayBePlaced: false });
    expect(nextPurchase(state, { kind: 'check_again' })).toMatchObject({ kind: 'sending', purchase: { key: 'k1' } });
  });

  it('stays in doubt when a later attempt says that it placed nothing', () => {
    const state = after(buy, answered(unknown), { kind: 'check_again' }, answered(notPlaced));

    expect(state).toMatchObject({ kind: 'waiting', mayBePlaced: true });
    expect(wordsFor(state)?.text).toContain('may or may not be placed');
  });

  it('of an earlier page view can be checked, not forgotten', () => {
    const state = after({ kind: 'restored', purchase });

    expect(isOpen(state)).toBe(true);
    expect(wordsFor(state)?.again).toBe('Check again');
  });

  it('is over once it is placed or refused', () => {
    const placed = after(buy, answered({ kind: 'placed', orderNumber: 7 }));
    const refused = after(buy, answered({ kind: 'refused', reason: 'insufficient_stock', detail: '' }));

    expect(isOpen(placed)).toBe(false);
    expect(wordsFor(placed)).toEqual({ tone: 'good', text: 'Order 7 is placed: 3 × fox.' });
    expect(wordsFor(refused)).toEqual({ tone: 'bad', text: 'Not enough in stock for 3. Nothing was ordered.' });
    expect(nextPurchase(placed, { kind: 'buy', purchase: { ...purchase, key: 'k2' } })).toMatchObject({
      kind: 'sending',
      purchase: { key: 'k2' },
    });
  });

  it('ignores answers and timers that no longer concern it', () => {
    const placed = after(buy, answered({ kind: 'placed', orderNumber: 7 }));

    expect(nextPurchase(placed, answered(unknown))).toBe(placed);
    expect(nextPurchase(placed, { kind: 'retry_due' })).toBe(placed);
  });
});
