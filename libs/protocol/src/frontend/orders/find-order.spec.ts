import { describe, expect, it } from '@jest/globals';
import {
  ConnectionFailedError,
  DeadlineExceededError,
  type OrderNumber,
  type OrderResult,
  UnexpectedAnswerError,
} from '@toystore/contracts';
import { type Reaction, ScriptedOrderGroup } from '../testing/scripted-order-group.js';
import { FindOrder } from './find-order.js';

const target = { method: 'GET', path: '/orders/0', receiver: 'order-3' };
const refused = new ConnectionFailedError(target, { definite: true, cause: new Error('ECONNREFUSED') });
const timedOut = new DeadlineExceededError(target, { deadlineMs: 1500, definite: false });
const unauthenticated = new UnexpectedAnswerError(target, { status: 401, reason: 'the signature is wrong' });

const found: OrderResult = { kind: 'order', order: { number: 0, name: 'fox', quantity: 3 } };
const absent: OrderResult = { kind: 'absent' };
const notLeader: OrderResult = { kind: 'not_leader', leader: undefined, term: 8 };
const unavailable: OrderResult = { kind: 'unavailable', detail: 'starting', retryAfterMs: undefined };

function find(...lookups: Reaction<OrderResult>[]) {
  return new FindOrder(new ScriptedOrderGroup({ lookups }), { deadlineMs: 10_000 }).execute(0 as OrderNumber);
}

describe('finding an order', () => {
  it('takes the leader’s answer', async () => {
    await expect(find(found)).resolves.toMatchObject({ found });
    await expect(find(absent)).resolves.toMatchObject({ found: absent });
  });

  it('asks again across a leader change', async () => {
    await expect(find(refused, timedOut, notLeader, unavailable, found)).resolves.toMatchObject({ found });
  });

  it('says that there is no leader when time is up', async () => {
    await expect(find()).resolves.toMatchObject({ found: { kind: 'no_leader' } });
    await expect(find(refused, notLeader)).resolves.toMatchObject({ found: { kind: 'no_leader' } });
    await expect(find(timedOut)).resolves.toMatchObject({ found: { kind: 'no_leader' } });
  });

  it('does not disguise a fault of the store as a missing leader', async () => {
    await expect(find(unauthenticated)).rejects.toBe(unauthenticated);
  });
});
