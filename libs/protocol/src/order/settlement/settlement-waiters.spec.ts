import { afterEach, describe, expect, it } from '@jest/globals';
import type { OrderCommand } from '../ledger/order-command.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import { SettlementWaiters } from './settlement-waiters.js';

const never = performance.now() + 3_600_000;
const placed = { kind: 'placed', number: 0 };

let waiters: SettlementWaiters;

afterEach(() => waiters.shortenDeadlines(0));

function replica() {
  const machine = new OrderStateMachine();
  waiters = new SettlementWaiters(machine);
  let index = 0;
  const apply = (command: OrderCommand): void => void machine.apply({ index: ++index, term: 1, time: 1_000, command });
  const open = (key: string): void => apply({ kind: 'intent', key, fingerprint: 'f', name: 'tux', quantity: 1 });
  const sell = (intent: number): void => apply({ kind: 'outcomes', outcomes: [{ intent, result: 'sold' }] });
  return { machine, open, sell };
}

describe('SettlementWaiters', () => {
  it('answers everyone who waits for a key as soon as its outcome is applied', async () => {
    const { open, sell } = replica();
    open('a');
    const answers = [1, 2].map(() => waiters.wait({ key: 'a', fingerprint: 'f', deadline: never }));

    sell(1);

    expect(await Promise.all(answers)).toEqual([placed, placed]);
    expect(waiters.count).toBe(0);
  });

  it('answers at once what has ended already', async () => {
    const { open, sell } = replica();
    open('a');
    sell(1);

    expect(await waiters.wait({ key: 'a', fingerprint: 'f', deadline: never })).toEqual(placed);
  });

  it('says nothing at the deadline', async () => {
    const { open } = replica();
    open('a');

    expect(await waiters.wait({ key: 'a', fingerprint: 'f', deadline: performance.now() })).toBeUndefined();
    expect(waiters.count).toBe(0);
  });

  it('finds outcomes that came in a snapshot', async () => {
    const ahead = replica();
    ahead.open('a');
    ahead.sell(1);
    const { machine, open } = replica();
    open('a');
    const answer = waiters.wait({ key: 'a', fingerprint: 'f', deadline: never });

    machine.restore(ahead.machine.snapshot());

    expect(await answer).toEqual(placed);
  });

  it('brings later deadlines forward and leaves earlier ones', async () => {
    const { open } = replica();
    open('a');
    const late = waiters.wait({ key: 'a', fingerprint: 'f', deadline: never });

    waiters.shortenDeadlines(performance.now());

    expect(await late).toBeUndefined();
  });
});
