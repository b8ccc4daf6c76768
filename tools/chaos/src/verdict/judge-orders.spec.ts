import { describe, expect, it } from '@jest/globals';
import type { OrderRecord } from '../shopping/order-record.js';
import { judgeOrders } from './judge-orders.js';

function acknowledged(
  number: number,
  over: Partial<{ key: string; name: string; quantity: number }> = {},
): OrderRecord {
  return { kind: 'acknowledged', key: `key-${number}`, name: 'tux', quantity: 1, number, ...over };
}

const tux = (number: number) => ({ number, name: 'tux', quantity: 1 });

describe('judgeOrders', () => {
  it('finds nothing when every acknowledged order is there with its number and content', () => {
    expect(judgeOrders([acknowledged(0), acknowledged(1)], [tux(0), tux(1)])).toEqual([]);
  });

  it('accepts an order whose shopper never got an answer', () => {
    const unknown: OrderRecord = { kind: 'unknown', key: 'lost', name: 'tux', quantity: 1, why: 'connection reset' };

    expect(judgeOrders([acknowledged(0), unknown], [tux(0), tux(1)])).toEqual([]);
  });

  const cases: [string, OrderRecord[], { number: number; name: string; quantity: number }[], RegExp][] = [
    ['an acknowledged order that is missing', [acknowledged(0), acknowledged(1)], [tux(0)], /Order 1 .* is not there/],
    [
      'a different content',
      [acknowledged(0, { quantity: 3 })],
      [tux(0)],
      /acknowledged as 3 × tux and is stored as 1 × tux/,
    ],
    [
      'one number given to two keys',
      [acknowledged(0), acknowledged(0, { key: 'other' })],
      [tux(0)],
      /for two keys: key-0 and other/,
    ],
    ['a gap in the numbers', [acknowledged(0), acknowledged(2)], [tux(0), tux(2)], /no order 1/],
    ['an order that nobody can have placed', [acknowledged(0)], [tux(0), tux(1)], /1 were placed twice or by nobody/],
    [
      'an order of a key that was refused',
      [acknowledged(0), { kind: 'refused', key: 'no', name: 'tux', quantity: 1, why: 'insufficient stock' }],
      [tux(0), tux(1)],
      /placed twice or by nobody/,
    ],
    ['a number listed twice', [acknowledged(0)], [tux(0), tux(0)], /listed twice/],
  ];
  it.each(cases)('finds %s', (_title, records, stored, sentence) => {
    expect(judgeOrders(records, stored).join('\n')).toMatch(sentence);
  });
});
