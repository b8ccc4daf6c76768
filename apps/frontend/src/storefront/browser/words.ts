import type { NotPlacedReason, PurchaseState } from './purchase.js';

export interface Notice {
  readonly tone: 'plain' | 'good' | 'warn' | 'bad';
  readonly text: string;
  /** Label of the button that sends the same purchase, under the same key, once more. */
  readonly again?: string;
}

const obstacles: Readonly<Record<NotPlacedReason, string>> = {
  no_leader: 'The store has no leader right now.',
  overloaded: 'The store has too much to do right now.',
  unavailable: 'The store cannot take orders right now.',
};

/** What the page says about a purchase; nothing while there is none. */
export function wordsFor(state: PurchaseState): Notice | undefined {
  switch (state.kind) {
    case 'idle':
      return undefined;
    case 'sending':
      return state.attempt === 1 && !state.mayBePlaced
        ? { tone: 'plain', text: 'Placing your order…' }
        : { tone: 'warn', text: `Asking again, as the same order (try ${state.attempt})…` };
    case 'waiting':
      return {
        tone: 'warn',
        text: `${obstacles[state.why]} ${state.mayBePlaced ? 'Your order may or may not be placed' : 'Nothing was placed yet'}; trying again in ${seconds(state.retryAfterMs)}, as the same order.`,
      };
    case 'unanswered':
      return state.mayBePlaced
        ? {
            tone: 'warn',
            text: `We could not learn whether your order of ${state.purchase.quantity} was placed. Checking again is safe: it is placed at most once.`,
            again: 'Check again',
          }
        : { tone: 'warn', text: 'The store could not take the order, so nothing was placed.', again: 'Try again' };
    case 'placed':
      return {
        tone: 'good',
        text: `Order ${state.orderNumber} is placed: ${state.purchase.quantity} × ${state.purchase.name}.`,
      };
    case 'refused':
      return { tone: 'bad', text: refusal(state) };
  }
}

function refusal(state: Extract<PurchaseState, { kind: 'refused' }>): string {
  switch (state.reason) {
    case 'insufficient_stock':
      return `Not enough in stock for ${state.purchase.quantity}. Nothing was ordered.`;
    case 'unknown_product':
      return 'The store no longer has this toy. Nothing was ordered.';
    case 'invalid':
      return 'Choose a whole number from 1 to 100000.';
    case 'other':
      return `The order was refused: ${state.detail}`;
  }
}

export function stockWords(quantity: number): { readonly level: 'none' | 'few' | 'plenty'; readonly text: string } {
  if (quantity <= 0) return { level: 'none', text: 'Out of stock, restocked soon' };
  if (quantity <= 10) return { level: 'few', text: `Only ${quantity} left` };
  return { level: 'plenty', text: `${quantity} in stock` };
}

export function priceWords(price: number): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(price);
}

function seconds(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms / 1000));
  return whole === 1 ? '1 second' : `${whole} seconds`;
}
