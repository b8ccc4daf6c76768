import { describe, expect, it } from '@jest/globals';
import { BackpressureError } from '@quorumkit/leader';
import {
  ConnectionFailedError,
  DeadlineExceededError,
  type PlaceOrderResult,
  UnexpectedAnswerError,
} from '@toystore/contracts';
import { type Reaction, ScriptedOrderGroup } from '../testing/scripted-order-group.js';
import { PlaceOrder } from './place-order.js';

const target = { method: 'POST', path: '/orders', receiver: 'order-3' };
const refused = new ConnectionFailedError(target, { definite: true, cause: new Error('ECONNREFUSED') });
const broken = new ConnectionFailedError(target, { definite: false, cause: new Error('ECONNRESET') });
const timedOut = new DeadlineExceededError(target, { deadlineMs: 1500, definite: false });
const serverError = new UnexpectedAnswerError(target, { status: 500, reason: 'it failed' });
const unauthenticated = new UnexpectedAnswerError(target, { status: 401, reason: 'the signature is wrong' });

const placed: PlaceOrderResult = { kind: 'placed', orderNumber: 4, replayed: false };
const notLeader: PlaceOrderResult = { kind: 'not_leader', leader: 'order-2', term: 8 };
const noLeader: PlaceOrderResult = { kind: 'no_leader', detail: 'shutting down', retryAfterMs: undefined };
const unknown: PlaceOrderResult = { kind: 'outcome_unknown', detail: 'time is up' };
const overloaded: PlaceOrderResult = { kind: 'overloaded', detail: 'too much', retryAfterMs: 2000 };
const catalogGone: PlaceOrderResult = {
  kind: 'unavailable',
  detail: 'the catalog cannot be reached',
  retryAfterMs: 1000,
};
const soldOut: PlaceOrderResult = { kind: 'insufficient_stock', detail: 'only 1 left' };

const request = { name: 'fox', quantity: 3, key: 'key-1' };

function place(...placements: Reaction<PlaceOrderResult>[]) {
  const group = new ScriptedOrderGroup({ placements });
  return { group, settled: new PlaceOrder(group, { deadlineMs: 10_000 }).execute(request) };
}

describe('placing an order', () => {
  it('takes the leader’s answer', async () => {
    const { group, settled } = place(placed);

    await expect(settled).resolves.toEqual({ outcome: placed, attempts: 1, leader: group.leader });
  });

  it('goes on under the same key when the leader changes, dies or is not reached', async () => {
    const { group, settled } = place(refused, notLeader, broken, timedOut, noLeader, serverError, placed);

    await expect(settled).resolves.toMatchObject({ outcome: placed, attempts: 7 });
    expect(new Set(group.placements.map(({ key }) => key))).toEqual(new Set(['key-1']));
  });

  it('passes the leader’s hint on', async () => {
    const { group, settled } = place(notLeader, placed);
    await settled;

    expect(group.failures[0]).toMatchObject({ leader: { id: 'order-2', url: 'http://order-2' }, term: 8 });
  });

  it('tells the replica how much time is left', async () => {
    const { group, settled } = place(placed);
    await settled;

    expect(group.placements[0]?.deadlineMs).toBeGreaterThan(0);
    expect(group.placements[0]?.deadlineMs).toBeLessThanOrEqual(10_000);
  });

  it.each<{ circumstance: string; attempts: Reaction<PlaceOrderResult>[]; outcome: string }>([
    { circumstance: 'no replica was reached', attempts: [refused, refused], outcome: 'no_leader' },
    {
      circumstance: 'every replica says that it does not lead',
      attempts: [notLeader, notLeader],
      outcome: 'no_leader',
    },
    {
      circumstance: 'the leader turned the order away before it did anything',
      attempts: [noLeader],
      outcome: 'no_leader',
    },
    { circumstance: 'there never was a leader', attempts: [], outcome: 'no_leader' },
    {
      circumstance: 'a connection broke after the order was sent',
      attempts: [broken, refused, notLeader],
      outcome: 'outcome_unknown',
    },
    { circumstance: 'an attempt was not answered in time', attempts: [timedOut], outcome: 'outcome_unknown' },
    { circumstance: 'the leader itself does not know', attempts: [unknown, refused], outcome: 'outcome_unknown' },
    { circumstance: 'the leader failed inside', attempts: [serverError, notLeader], outcome: 'outcome_unknown' },
  ])('ends with $outcome when $circumstance and time is up', async ({ attempts, outcome }) => {
    await expect(place(...attempts).settled).resolves.toMatchObject({ outcome: { kind: outcome } });
  });

  it('answers at once that the leader is overloaded, when nothing can have been placed', async () => {
    await expect(place(notLeader, overloaded).settled).resolves.toMatchObject({ outcome: overloaded, attempts: 2 });
  });

  it('answers at once that the catalog cannot be reached, and does not suspect the leader for it', async () => {
    await expect(place(catalogGone).settled).resolves.toMatchObject({ outcome: catalogGone, attempts: 1 });
    await expect(place(broken, catalogGone, placed).settled).resolves.toMatchObject({ outcome: placed });
  });

  it('does not take "overloaded" for an answer while an earlier attempt may have been placed', async () => {
    await expect(place(broken, overloaded, placed).settled).resolves.toMatchObject({ outcome: placed });
    await expect(place(broken, overloaded).settled).resolves.toMatchObject({ outcome: { kind: 'outcome_unknown' } });
  });

  it('believes what the log says about the order, also after an attempt in doubt', async () => {
    await expect(place(broken, soldOut).settled).resolves.toMatchObject({ outcome: soldOut });
  });

  it('answers that it is overloaded itself when too many orders wait for a leader', async () => {
    const group = new ScriptedOrderGroup({ placements: [] });
    group.call = () => Promise.reject(new BackpressureError('callsMax', 4096));

    await expect(new PlaceOrder(group, { deadlineMs: 10_000 }).execute(request)).resolves.toMatchObject({
      outcome: { kind: 'overloaded' },
    });
  });

  it('is in doubt when the directory gives up on an attempt that hangs', async () => {
    const group = new ScriptedOrderGroup({});
    group.call = () =>
      Promise.reject(Object.assign(new Error('the leader did not answer within 1500 ms'), { definite: false }));

    await expect(new PlaceOrder(group, { deadlineMs: 10_000 }).execute(request)).resolves.toMatchObject({
      outcome: { kind: 'outcome_unknown' },
    });
  });

  it('does not disguise a fault of the store as a missing leader', async () => {
    await expect(place(unauthenticated).settled).rejects.toBe(unauthenticated);
    await expect(place(new TypeError('a bug')).settled).rejects.toThrow('a bug');
  });
});
