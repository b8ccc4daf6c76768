import { describe, expect, it } from '@jest/globals';
import { StockBound } from './stock-bound.js';

function tux(level = 100): StockBound {
  const bound = new StockBound();
  bound.learn('tux', level);
  return bound;
}

/** Sells it, and acknowledges that. */
function sell(bound: StockBound, quantity: number): void {
  bound.attempted('tux', quantity);
  bound.sold('tux', quantity);
}

describe('StockBound', () => {
  it('wants every sale in an answer that was acknowledged before the read was sent', () => {
    const bound = tux();
    sell(bound, 3);
    const known = bound.known('tux');

    expect(bound.judge('tux', { quantity: 97 }, known)).toBeUndefined();
    expect(bound.judge('tux', { quantity: 98 }, known)).toMatch(/shown 98 × tux; .* had left 97/);
  });

  it('accepts either side of a sale that was under way while it was read', () => {
    const bound = tux();
    const known = bound.known('tux');
    bound.attempted('tux', 3);

    expect(bound.judge('tux', { quantity: 100 }, known)).toBeUndefined();
    expect(bound.judge('tux', { quantity: 97 }, known)).toBeUndefined();
  });

  it('finds stock that no order can have taken away', () => {
    const bound = tux();
    bound.attempted('tux', 3);

    expect(bound.judge('tux', { quantity: 96 }, bound.known('tux'))).toMatch(/all orders ever sent leave 97/);
  });

  it('expects nothing of an order that was refused', () => {
    const bound = tux();
    bound.attempted('tux', 3);
    bound.refused('tux', 3);

    expect(bound.judge('tux', { quantity: 97 }, bound.known('tux'))).toMatch(/all orders ever sent leave 100/);
  });

  it.each([-1, 101])('finds %i, which there never is', (quantity) => {
    expect(tux().judge('tux', { quantity }, tux().known('tux'))).toMatch(/never more than 100/);
  });

  it('accepts either side of a restocking that nobody has acknowledged', () => {
    const bound = tux(3);
    sell(bound, 3);
    const known = bound.known('tux');

    expect(bound.judge('tux', { quantity: 0 }, known)).toBeUndefined();
    expect(bound.judge('tux', { quantity: 3 }, known)).toBeUndefined();
    expect(bound.judge('tux', { quantity: 1 }, known)).toMatch(/shown 1 × tux; .* had left 0/);
  });

  it('wants a restocking in an answer that was acknowledged before the read was sent', () => {
    const bound = tux(3);
    sell(bound, 3);
    const before = bound.known('tux');
    bound.restocked('tux', { position: 4, version: undefined });

    expect(bound.judge('tux', { quantity: 0 }, before)).toBeUndefined();
    expect(bound.judge('tux', { quantity: 0 }, bound.known('tux'))).toMatch(/shown 0 × tux; .* had left 3/);
    expect(bound.judge('tux', { quantity: 3 }, bound.known('tux'))).toBeUndefined();
  });

  it('wants a restocking in an answer when something was sold behind it', () => {
    const bound = tux(3);
    sell(bound, 3);
    sell(bound, 1);

    expect(bound.judge('tux', { quantity: 2 }, bound.known('tux'))).toBeUndefined();
    for (const quantity of [0, 1, 3]) {
      expect(bound.judge('tux', { quantity }, bound.known('tux'))).toMatch(/had left 2|orders ever sent leave 2/);
    }
  });

  it('does not go back when it hears late of a restocking', () => {
    const bound = tux(3);
    sell(bound, 3);
    sell(bound, 2);
    bound.restocked('tux', { position: 4, version: { epoch: 1, sequence: 5 } });

    expect(bound.judge('tux', { quantity: 3 }, bound.known('tux'))).toMatch(/had left 1/);
  });

  it('tells old stock from equal new stock by its version', () => {
    const bound = tux(3);
    bound.attempted('tux', 4);
    bound.sold('tux', 4, { epoch: 2, sequence: 9 });
    const known = bound.known('tux');

    const judged = (epoch: number, sequence: number) =>
      bound.judge('tux', { quantity: 2, version: { epoch, sequence } }, known);

    expect(judged(2, 9)).toBeUndefined();
    expect(judged(3, 1)).toBeUndefined();
    expect(judged(2, 8)).toMatch(/version 2\.8; .* version 2\.9 had been acknowledged/);
    expect(judged(1, 20)).toMatch(/version 1\.20; /);
  });

  it('keeps the newest version when answers come out of order', () => {
    const bound = tux();
    bound.attempted('tux', 2);
    bound.sold('tux', 1, { epoch: 2, sequence: 1 });
    bound.sold('tux', 1, { epoch: 1, sequence: 8 });

    expect(bound.known('tux').version).toEqual({ epoch: 2, sequence: 1 });
  });

  it('knows where in its history a product is, unless it can be in two places', () => {
    const bound = tux(3);
    sell(bound, 3);
    const known = bound.known('tux');
    bound.attempted('tux', 2);

    // 3 is the zero, 4 the restocking behind it, 5 and 6 the units of the order under way.
    expect([0, 3, 2, 1].map((quantity) => bound.locate('tux', quantity, known))).toEqual([3, 4, 5, 6]);
    expect(bound.restockingBefore('tux', 6)).toBe(4);
    expect(bound.restockingBefore('tux', 3)).toBe(0);
    bound.attempted('tux', 1);
    expect(bound.locate('tux', 0, known)).toBeUndefined();
    expect(bound.locate('tux', 4, known)).toBeUndefined();
  });

  it('knows when a product may be sold out', () => {
    const bound = tux(2);

    const seen = [bound.mayBeSoldOut('tux')];
    sell(bound, 2);
    seen.push(bound.mayBeSoldOut('tux'));
    bound.restocked('tux', { position: 3, version: undefined });
    seen.push(bound.mayBeSoldOut('tux'));

    expect(seen).toEqual([false, true, false]);
  });

  it('refuses to judge a product that it has not learnt', () => {
    expect(() => tux().known('fox')).toThrow(/stock of fox/);
  });
});
