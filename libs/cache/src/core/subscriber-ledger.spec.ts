import { beforeEach, describe, expect, it } from '@jest/globals';

import type { CacheKey } from './cache-key.js';
import { openLedger, type LedgerLimits, type SubscriberFacts, type SubscriberLedger } from './ledger-state.js';
import { formatSession } from './session.js';
import {
  acknowledge,
  adoptWaiting,
  announce,
  answeredAs,
  heartbeat,
  nextLedgerDeadline,
  retryDelivery,
  subscribe,
  takeDeliveries,
  takeReleased,
  unsubscribe,
} from './subscriber-ledger.js';

const limits: LedgerLimits = {
  leaseMs: 2_000,
  renewGuardMs: 250,
  subscribersMax: 3,
  pendingKeysMax: 2,
};
const instanceOf = (digit: string) => digit.repeat(32);
const facts = (id: string, instance: string, ordinal = 1): SubscriberFacts => ({
  id,
  session: { instance: instanceOf(instance), ordinal },
  callbackUrl: `http://${id}`,
  capability: undefined,
});
const a1 = formatSession({ instance: instanceOf('a'), ordinal: 1 });
const tux: CacheKey = 'products/tux';
const fox: CacheKey = 'products/fox';

describe('subscriber ledger', () => {
  let ledger: SubscriberLedger;
  let now: number;
  let mutations: number;

  beforeEach(() => {
    now = 10_000;
    mutations = 0;
    ledger = openLedger(limits, { epoch: 5, graceEndsAt: now });
  });

  const mutate = (sequence: number, keys: readonly CacheKey[] = [tux], awaited = true) => {
    mutations += 1;
    announce(ledger, { mutation: mutations, keys, sequence, awaited }, now);
    return mutations;
  };
  const beat = (session = a1, acknowledged: { key: CacheKey; sequence: number }[] = [], epoch = 5) => {
    const grant = ledger.sessions.get(session)?.grant ?? 0;
    return heartbeat(ledger, { subscriberId: 'a', session, epoch, grant, acknowledged }, now);
  };
  /** Registers, and gets the first lease. */
  const join = (who: SubscriberFacts) => {
    const decision = subscribe(ledger, who, now);
    if (decision.kind !== 'granted') return decision;
    const session = formatSession(who.session);
    return heartbeat(ledger, { subscriberId: who.id, session, epoch: 5, grant: decision.grant, acknowledged: [] }, now);
  };
  const released = () => takeReleased(ledger, now);

  it('waits for nobody who has only registered: the answer may be lost, so the first heartbeat gets the lease', () => {
    subscribe(ledger, facts('a', 'a'), now);
    mutate(1);
    expect(released()).toEqual([1]);
    expect(takeDeliveries(ledger)).toEqual([]);

    expect(beat()).toEqual({ kind: 'known', leaseMs: 2_000, sequence: 1, invalidations: [] });

    mutate(2);
    expect(released()).toEqual([]);
  });

  it('does not take a late copy of a registration for the one that found the cache empty', () => {
    const first = subscribe(ledger, facts('a', 'a'), now);
    const grant = first.kind === 'granted' ? first.grant : 0;
    const confirm = () => heartbeat(ledger, { subscriberId: 'a', session: a1, epoch: 5, grant, acknowledged: [] }, now);
    confirm();
    mutate(1);
    now += 2_000;
    expect(released()).toEqual([1]);

    expect(subscribe(ledger, facts('a', 'a'), now)).toEqual({ kind: 'granted', grant: grant + 1 });

    expect(confirm()).toEqual({ kind: 'void' });
  });

  it('answers a copy of a registration like the first, and extends no lease for it', () => {
    join(facts('a', 'a'));
    now += 1_500;

    expect(subscribe(ledger, facts('a', 'a'), now)).toEqual({ kind: 'granted', grant: 1 });

    mutate(1);
    now += 500;
    expect(released()).toEqual([1]);
  });

  it('lets a mutation without subscribers go at once', () => {
    expect(mutate(1)).toBe(1);
    expect(released()).toEqual([1]);
  });

  it('releases a mutation when every subscriber has acknowledged it', () => {
    join(facts('a', 'a'));
    join(facts('b', 'b'));
    mutate(1);
    const deliveries = takeDeliveries(ledger);
    expect(deliveries.map(({ subscriber, key, sequence }) => [subscriber.id, key, sequence])).toEqual([
      ['a', tux, 1],
      ['b', tux, 1],
    ]);

    acknowledge(ledger, deliveries[0] as (typeof deliveries)[0]);
    expect(released()).toEqual([]);
    acknowledge(ledger, deliveries[1] as (typeof deliveries)[0]);

    expect(released()).toEqual([1]);
    expect(released()).toEqual([]);
  });

  it('waits for nobody longer than his lease, and then does not know him any more', () => {
    join(facts('a', 'a'));
    mutate(1);
    expect(nextLedgerDeadline(ledger)).toBe(12_000);
    now = 11_999;
    expect(released()).toEqual([]);

    now = 12_000;

    expect(released()).toEqual([1]);
    expect(beat()).toEqual({ kind: 'void' });
  });

  it('groups what is announced for a key while a DELETE of it is under way into the next one', () => {
    join(facts('a', 'a'));
    mutate(1);
    const [first] = takeDeliveries(ledger);
    mutate(2);
    mutate(3);
    expect(takeDeliveries(ledger)).toEqual([]);

    acknowledge(ledger, first as NonNullable<typeof first>);

    expect(released()).toEqual([1]);
    const [second] = takeDeliveries(ledger);
    expect(second?.sequence).toBe(3);
    acknowledge(ledger, second as NonNullable<typeof second>);
    expect(released()).toEqual([2, 3]);
  });

  it('sends the highest sequence when it sends again, and nothing when it was acknowledged meanwhile', () => {
    join(facts('a', 'a'));
    mutate(1);
    const [failed] = takeDeliveries(ledger);
    mutate(2);

    const retried = retryDelivery(ledger, failed as NonNullable<typeof failed>, now);
    beat(a1, [{ key: tux, sequence: 2 }]);

    expect(retried?.sequence).toBe(2);
    expect(released()).toEqual([1, 2]);
    expect(retryDelivery(ledger, retried as NonNullable<typeof retried>, now)).toBeUndefined();
  });

  it('tells what is outstanding in the answer to a heartbeat and takes the next one as the acknowledgement', () => {
    join(facts('a', 'a'));
    mutate(7, [tux, fox]);

    expect(beat()).toEqual({
      kind: 'known',
      leaseMs: 2_000,
      sequence: 7,
      invalidations: [
        { key: tux, sequence: 7 },
        { key: fox, sequence: 7 },
      ],
    });
    expect(
      beat(a1, [
        { key: tux, sequence: 7 },
        { key: fox, sequence: 7 },
      ]),
    ).toEqual({ kind: 'known', leaseMs: 2_000, sequence: 7, invalidations: [] });
    expect(released()).toEqual([1]);
  });

  it('extends no lease past an invalidation that is older than the guard, so that a mutation waits a bounded time', () => {
    join(facts('a', 'a'));
    mutate(1);
    for (let step = 0; step < 5; step += 1) {
      now += 50;
      expect(beat()).toMatchObject({ leaseMs: 2_000 });
    }
    const lastRenewal = now;

    now += 50;
    expect(beat()).toMatchObject({ kind: 'known', leaseMs: 0 });
    now = lastRenewal + 2_000;
    expect(released()).toEqual([1]);
  });

  it('measures the guard from the oldest change that is still outstanding, not from one that was acknowledged', () => {
    join(facts('a', 'a'));
    mutate(1);
    const [first] = takeDeliveries(ledger);
    now += 200;
    mutate(2);
    acknowledge(ledger, first as NonNullable<typeof first>);
    now += 200;

    expect(beat()).toMatchObject({ leaseMs: 2_000 });
  });

  it('acknowledges nothing within the grace of a restart', () => {
    ledger = openLedger(limits, { epoch: 5, graceEndsAt: now + 300 });
    mutate(1);
    expect(released()).toEqual([]);
    expect(nextLedgerDeadline(ledger)).toBe(now + 300);

    now += 300;

    expect(released()).toEqual([1]);
  });

  it('lets a mutation go at once that nobody waits for, and still delivers it', () => {
    join(facts('a', 'a'));
    mutate(1, [tux], false);

    expect(released()).toEqual([1]);
    expect(takeDeliveries(ledger)).toHaveLength(1);
  });

  it('keeps a subscriber that only paused, when it missed nothing', () => {
    join(facts('a', 'a'));
    now += 5_000;

    expect(beat()).toMatchObject({ kind: 'known', leaseMs: 2_000 });
  });

  it('forgets a subscriber that missed something while its lease was over, without making anybody wait', () => {
    join(facts('a', 'a'));
    now += 5_000;
    mutate(1);

    expect(released()).toEqual([1]);
    expect(beat()).toEqual({ kind: 'void' });
  });

  it('ends the earlier sessions of an instance when it registers anew, and refuses one that was overtaken on its way', () => {
    join(facts('a', 'a', 1));
    mutate(1);
    expect(released()).toEqual([]);

    expect(subscribe(ledger, facts('a', 'a', 3), now)).toEqual({ kind: 'granted', grant: 2 });

    expect(released()).toEqual([1]);
    expect(subscribe(ledger, facts('a', 'a', 2), now)).toEqual({ kind: 'superseded' });
    expect(ledger.sessions.size).toBe(1);
  });

  it('waits for the lease of another process under the same id', () => {
    join(facts('a', 'a'));
    mutate(1);

    subscribe(ledger, facts('a', 'c'), now);

    expect(released()).toEqual([]);
    expect(ledger.sessions.size).toBe(2);
  });

  it.each([
    {
      answered: formatSession({ instance: instanceOf('a'), ordinal: 2 }),
      ends: true,
      who: 'a later session of the instance',
    },
    { answered: formatSession({ instance: instanceOf('c'), ordinal: 9 }), ends: false, who: 'another process' },
    { answered: 'none', ends: false, who: 'nobody' },
  ])('an answer of $who to a DELETE counts as the end of the session: $ends', ({ answered, ends }) => {
    join(facts('a', 'a'));
    mutate(1);

    answeredAs(ledger, a1, answered);

    expect(released()).toEqual(ends ? [1] : []);
  });

  it('waits for nobody who has given his lease back', () => {
    join(facts('a', 'a'));
    mutate(1);

    unsubscribe(ledger, a1);

    expect(released()).toEqual([1]);
  });

  it.each([
    { what: 'another epoch', session: a1, epoch: 4 },
    { what: 'an unknown session', session: `${instanceOf('f')}.1`, epoch: 5 },
  ])('answers a heartbeat of $what with void', ({ session, epoch }) => {
    join(facts('a', 'a'));

    expect(beat(session, [], epoch)).toEqual({ kind: 'void' });
  });

  it('answers the heartbeat of another subscriber with void', () => {
    subscribe(ledger, facts('b', 'a'), now);

    expect(beat()).toEqual({ kind: 'void' });
  });

  it('lets a subscriber with too many outstanding keys lose its lease instead of remembering them all', () => {
    join(facts('a', 'a'));
    mutate(1, ['p/1', 'p/2', 'p/3']);

    expect(ledger.sessions.get(a1)?.pending.size).toBe(2);
    expect(
      beat(a1, [
        { key: 'p/1', sequence: 1 },
        { key: 'p/2', sequence: 1 },
      ]),
    ).toMatchObject({ leaseMs: 0 });
    expect(released()).toEqual([]);
    now += 2_000;
    expect(released()).toEqual([1]);
  });

  it('holds a bounded number of sessions, and replaces those whose lease is over', () => {
    for (const digit of ['a', 'b', 'c']) join(facts(digit, digit));
    expect(subscribe(ledger, facts('d', 'd'), now)).toEqual({ kind: 'full' });

    now += 2_000;

    expect(subscribe(ledger, facts('d', 'd'), now).kind).toBe('granted');
    expect(ledger.sessions.size).toBe(3);
  });

  it('lets what waited in one life wait for the grace of the next', () => {
    join(facts('a', 'a'));
    mutate(1);
    const next = openLedger(limits, { epoch: 6, graceEndsAt: now + 2_000 });
    adoptWaiting(next, ledger);
    ledger = next;

    expect(released()).toEqual([]);
    now += 2_000;
    expect(released()).toEqual([1]);
  });
});
