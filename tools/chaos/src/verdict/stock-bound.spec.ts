import { describe, expect, it } from '@jest/globals';
import { StockBound } from './stock-bound.js';

function tux(): StockBound {
  const bound = new StockBound();
  bound.learn('tux', 100);
  return bound;
}

describe('StockBound', () => {
  it('wants every sale in an answer that was acknowledged before the read was sent', () => {
    const bound = tux();
    bound.attempted('tux', 3);
    bound.sold('tux', 3);
    const atMost = bound.atMost('tux');

    expect(bound.judge('tux', 97, atMost)).toBeUndefined();
    expect(bound.judge('tux', 98, atMost)).toMatch(/shown 98 × tux; .* at most 97/);
  });

  it('accepts either side of a sale that was under way while it was read', () => {
    const bound = tux();
    const atMost = bound.atMost('tux');
    bound.attempted('tux', 3);

    expect(bound.judge('tux', 100, atMost)).toBeUndefined();
    expect(bound.judge('tux', 97, atMost)).toBeUndefined();
  });

  it('finds stock that no order can have taken away', () => {
    const bound = tux();
    bound.attempted('tux', 3);

    expect(bound.judge('tux', 96, bound.atMost('tux'))).toMatch(/all orders ever sent leave 97/);
  });

  it('refuses to judge a product that it has not learnt', () => {
    expect(() => tux().atMost('fox')).toThrow(/stock of fox/);
  });
});
