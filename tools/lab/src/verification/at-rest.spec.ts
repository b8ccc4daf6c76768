import { describe, expect, it } from '@jest/globals';
import type { OrderAudit } from '@toystore/contracts';
import { isUnchanged, whyNotAtRest } from './at-rest.js';

function audit(replica: string, over: Partial<OrderAudit> = {}): OrderAudit {
  return {
    replica,
    role: 'follower',
    term: 1,
    leader: 'order-3',
    lastLogIndex: 5,
    commitIndex: 5,
    appliedIndex: 5,
    orders: 2,
    openIntents: 0,
    settledThrough: 4,
    hash: 'aa',
    soldDigest: '00',
    soldByProduct: [],
    ...over,
  };
}

describe('whyNotAtRest', () => {
  it('finds replicas at rest that have applied the same entries and have nothing open', () => {
    expect(whyNotAtRest([audit('order-1'), audit('order-2'), audit('order-3', { role: 'leader' })])).toEqual([]);
  });

  it.each<[string, Partial<OrderAudit>, RegExp]>([
    ['an open intent', { openIntents: 2 }, /order-2 has 2 open intents/],
    ['a committed entry that is not applied', { commitIndex: 6 }, /order-2 has applied 5 of 6/],
    ['a leader with an uncommitted entry', { role: 'leader', lastLogIndex: 7 }, /order-2 leads with 2 uncommitted/],
    ['a replica behind the others', { appliedIndex: 4, commitIndex: 4 }, /order-1 5, order-2 4/],
  ])('names %s', (_, over, reason) => {
    expect(whyNotAtRest([audit('order-1'), audit('order-2', over)])).toEqual([expect.stringMatching(reason)]);
  });

  it('does not wait for the uncommitted tail of a follower', () => {
    expect(whyNotAtRest([audit('order-1', { lastLogIndex: 9 })])).toEqual([]);
  });

  it('is not at rest when no replica answers', () => {
    expect(whyNotAtRest([])).toEqual(['no order replica answers']);
  });
});

describe('isUnchanged', () => {
  it.each<[string, OrderAudit[], boolean]>([
    ['the same', [audit('order-1')], true],
    ['a longer log', [audit('order-1', { lastLogIndex: 6 })], false],
    ['more applied', [audit('order-1', { appliedIndex: 6 })], false],
    ['another replica', [audit('order-2')], false],
    ['one replica less', [], false],
  ])('compares with %s', (_, after, unchanged) => {
    expect(isUnchanged([audit('order-1')], after)).toBe(unchanged);
  });
});
