import { beforeEach, describe, expect, it } from '@jest/globals';

import { wholeCollection, type CacheKey } from './cache-key.js';
import { beginSession, endSession, forecast, takeGrant, takeLeaseAnswer } from './cache-session.js';
import { createCache, type CacheLimits, type CoherentCacheState } from './cache-state.js';
import { failFill, fill, forget, invalidate, offer, serve, settleLane, type LoadResult } from './coherent-cache.js';
import type { FillTicket } from './fill-ticket.js';

const limits: CacheLimits = {
  capacity: 7,
  negativeCapacity: 2,
  privateCapacity: 2,
  maxTtlMs: 1_000,
  negativeTtlMs: 100,
  floorsMax: 4,
  fillsInFlightMax: 5,
  leaseMarginMs: 10,
};
const at = (sequence: number, epoch = 1) => ({ epoch, sequence });
const value = (text: string, sequence: number, epoch = 1): LoadResult<string> => ({
  kind: 'value',
  value: text,
  version: at(sequence, epoch),
});
const tux: CacheKey = 'products/tux';

describe('coherent cache core', () => {
  let cache: CoherentCacheState<string>;
  let now: number;

  const lease = (
    session = 's.1',
    options: { epoch?: number; leaseMs?: number; sentAt?: number; sequence?: number } = {},
  ) => {
    const { epoch = 1, leaseMs = 100_000, sentAt = now, sequence = 0 } = options;
    takeGrant(cache, session, { epoch, number: 1 });
    return takeLeaseAnswer(cache, { session, epoch, sequence, sentAt, receivedAt: now, leaseMs, invalidations: [] });
  };
  const load = (key: CacheKey = tux): FillTicket => {
    const decision = serve(cache, key, now);
    if (decision.kind !== 'load') throw new Error(`expected a load, got ${decision.kind}`);
    return decision.ticket;
  };
  const put = (key: CacheKey, sequence: number) => fill(cache, load(key), value(key, sequence), now);

  beforeEach(() => {
    now = 1_000;
    cache = createCache<string>(limits);
    beginSession(cache, 's.1');
    lease();
  });

  describe('serving', () => {
    it('starts one load for a cold key and lets the others join it', () => {
      const ticket = load();

      expect(serve(cache, tux, now)).toEqual({ kind: 'join', ticket, because: 'uri-miss' });
      expect(fill(cache, ticket, value('a', 1), now)).toMatchObject({ kind: 'answer', verdict: 'stored' });
      expect(serve(cache, tux, now)).toMatchObject({ kind: 'hit', entry: { value: 'a' } });
    });

    it('loads anew when the entry has outlived its time', () => {
      put(tux, 1);
      now += limits.maxTtlMs;

      expect(serve(cache, tux, now)).toMatchObject({ kind: 'load', because: 'stale' });
    });

    it('refuses a load beyond the limit, and takes one again when another has ended', () => {
      const tickets = Array.from({ length: 5 }, (_, index) => load(`products/${index}`));
      expect(serve(cache, tux, now).kind).toBe('refuse');

      failFill(cache, tickets[0] as FillTicket);

      expect(serve(cache, tux, now).kind).toBe('load');
    });

    it('keeps loads outside the slots: twelve cold keys leave seven hot entries in place until they are filled', () => {
      for (const name of 'abcdefg') put(`products/${name}`, 1);
      const before = [...cache.values.entries()].map(([key]) => key);
      for (let index = 0; index < 5; index += 1) load(`products/cold${index}`);

      expect([...cache.values.entries()].map(([key]) => key)).toEqual(before);
    });
  });

  describe('invalidation', () => {
    it('race A: what was read before it is not stored afterwards', () => {
      const ticket = load();
      expect(invalidate(cache, tux, at(2))).toEqual({ applied: 'raised', flightsOvertaken: 1 });

      const decision = fill(cache, ticket, value('old', 1), now);

      expect(decision).toMatchObject({ kind: 'repeat', role: 'runs', ticket: { attempt: 2 } });
      expect(cache.values.size).toBe(0);
    });

    it('race B: nobody who comes after it joins the load from before it', () => {
      const before = load();
      invalidate(cache, tux, at(2));

      const decision = serve(cache, tux, now);

      expect(decision).toMatchObject({ kind: 'load', lateJoinPrevented: true });
      expect(decision.kind === 'load' && decision.ticket).not.toBe(before);
    });

    it('ABA: the old answer does not fill the place of the load that came after', () => {
      const old = load();
      invalidate(cache, tux, at(2));
      const young = load();

      expect(fill(cache, old, value('old', 1), now)).toEqual({
        kind: 'repeat',
        ticket: young,
        role: 'joins',
        regressed: false,
      });
      expect(cache.flights.get(tux)).toBe(young);
      expect(fill(cache, young, value('new', 2), now)).toMatchObject({ verdict: 'stored', entry: { value: 'new' } });
    });

    it('stores what an overtaken load read after the change', () => {
      const ticket = load();
      invalidate(cache, tux, at(2));

      expect(fill(cache, ticket, value('new', 2), now)).toMatchObject({ kind: 'answer', verdict: 'stored' });
    });

    it('keeps a newer entry when invalidations arrive out of order', () => {
      put(tux, 9);
      invalidate(cache, tux, at(9));

      expect(invalidate(cache, tux, at(8))).toEqual({ applied: 'unchanged', flightsOvertaken: 0 });
      expect(serve(cache, tux, now).kind).toBe('hit');
    });

    it('does not let a late one of an earlier epoch touch anything', () => {
      put(tux, 9);
      const ticket = load('products/fox');

      expect(invalidate(cache, 'products/fox', at(1_000, 0))).toEqual({ applied: 'unchanged', flightsOvertaken: 0 });
      expect(invalidate(cache, tux, at(1_000, 0)).applied).toBe('unchanged');
      expect(serve(cache, tux, now).kind).toBe('hit');
      expect(fill(cache, ticket, value('fox', 1), now)).toMatchObject({ verdict: 'stored' });
    });

    it('of a collection reaches entries, absences and loads of that collection only', () => {
      put(tux, 1);
      put('toys/tux', 1);
      fill(cache, load('products/owl'), { kind: 'absence', version: at(1) }, now);
      const ticket = load('products/fox');

      expect(invalidate(cache, wholeCollection('products'), at(5))).toEqual({
        applied: 'dropped',
        flightsOvertaken: 1,
      });

      expect([...cache.values.entries()].map(([key]) => key)).toEqual(['toys/tux']);
      expect([cache.absences.size, ticket.fate]).toEqual([0, 'overtaken']);
      expect(fill(cache, load('products/owl'), value('owl', 4), now).kind).toBe('repeat');
    });

    it('gives up repeating after three more loads, and answers uncached', () => {
      let ticket = load();
      for (let sequence = 2; sequence <= 4; sequence += 1) {
        invalidate(cache, tux, at(sequence));
        const decision = fill(cache, ticket, value('old', sequence - 1), now);
        if (decision.kind !== 'repeat') throw new Error('expected a repetition');
        ticket = decision.ticket;
      }
      invalidate(cache, tux, at(5));

      expect(fill(cache, ticket, value('old', 4), now)).toMatchObject({
        kind: 'answer',
        verdict: 'floor',
        overtaken: true,
      });
      expect(cache.fillsInFlight).toBe(0);
    });

    it('without a version drops the entry, and neither the load under way nor an overtaken one is stored', () => {
      const overtaken = load();
      invalidate(cache, tux, at(2));
      const young = load();

      forget(cache, tux);

      expect(fill(cache, young, value('young', 9), now)).toMatchObject({ kind: 'answer', verdict: 'void' });
      expect(fill(cache, overtaken, value('old', 9), now)).toMatchObject({ kind: 'answer', verdict: 'void' });
    });
  });

  describe('filling', () => {
    it('does not put an older value over a newer one', () => {
      const ticket = load();
      offer(cache, tux, value('new', 5), now);

      expect(fill(cache, ticket, value('old', 4), now)).toMatchObject({ verdict: 'older-than-held' });
      expect(serve(cache, tux, now)).toMatchObject({ kind: 'hit', entry: { value: 'new' } });
    });

    it('remembers a failure nowhere', () => {
      failFill(cache, load());

      expect(serve(cache, tux, now)).toMatchObject({ kind: 'load', because: 'uri-miss' });
    });

    it('keeps absences in their own slots, for their own time', () => {
      for (const name of 'abcdefg') put(`products/${name}`, 1);
      for (let index = 0; index < 50; index += 1)
        fill(cache, load(`products/none${index}`), { kind: 'absence', version: at(1) }, now);

      expect([cache.values.size, cache.absences.size]).toEqual([7, 2]);
      now += limits.negativeTtlMs;
      expect(serve(cache, 'products/none49', now)).toMatchObject({ kind: 'load', because: 'stale' });
    });

    it('holds a value or an absence under a key, never both', () => {
      fill(cache, load(), { kind: 'absence', version: at(1) }, now);
      invalidate(cache, tux, at(2));
      put(tux, 2);
      expect([cache.values.size, cache.absences.size]).toEqual([1, 0]);

      invalidate(cache, tux, at(3));
      fill(cache, load(), { kind: 'absence', version: at(3) }, now);

      expect([cache.values.size, cache.absences.size]).toEqual([0, 1]);
    });
  });

  describe('lease', () => {
    it('counts from when the request was sent, less the margin', () => {
      beginSession(cache, 's.2');
      lease('s.2', { leaseMs: 100, sentAt: 950 });
      put(tux, 1);
      const end = 950 + 100 - limits.leaseMarginMs;

      expect(serve(cache, tux, end - 1).kind).toBe('hit');
      expect(serve(cache, tux, end)).toMatchObject({ kind: 'pass', because: 'stale' });
    });

    it('neither joins loads nor stores without it', () => {
      const running = load();
      endSession(cache);

      const decision = serve(cache, tux, now);
      if (decision.kind !== 'pass') throw new Error('expected to pass');

      expect(decision.role).toBe('runs');
      expect(fill(cache, decision.ticket, value('private', 9), now)).toMatchObject({
        kind: 'answer',
        verdict: 'private',
      });
      expect(fill(cache, running, value('from before', 9), now)).toMatchObject({ kind: 'answer', verdict: 'void' });
      expect(cache.values.size).toBe(0);
    });

    it('shares a load without it only before that load has started', () => {
      endSession(cache);
      const decisions = [1, 2, 3].map(() => serve(cache, tux, now));
      const [first, second, third] = decisions.map((decision) => (decision.kind === 'pass' ? decision : undefined));
      expect(decisions.map((decision) => decision.kind === 'pass' && decision.role)).toEqual([
        'runs',
        'queued',
        'joins',
      ]);
      expect(third?.ticket).toBe(second?.ticket);

      fill(cache, first?.ticket as FillTicket, value('x', 1), now);

      expect(settleLane(cache, first?.ticket as FillTicket)).toBe(second?.ticket);
      expect(serve(cache, tux, now)).toMatchObject({ role: 'queued' });
    });

    it('brings the entries back into use when the same session is confirmed after a pause', () => {
      beginSession(cache, 's.2');
      lease('s.2', { leaseMs: 100 });
      put(tux, 1);
      now += 500;
      expect(serve(cache, tux, now).kind).toBe('pass');

      lease('s.2', { leaseMs: 100 });

      expect(serve(cache, tux, now).kind).toBe('hit');
    });

    it('applies the invalidations of an answer before it extends', () => {
      put(tux, 1);

      const outcome = takeLeaseAnswer(cache, {
        session: 's.1',
        epoch: 1,
        sentAt: now,
        receivedAt: now,
        leaseMs: 100,
        sequence: 2,
        invalidations: [{ key: tux, sequence: 2 }],
      });

      expect(outcome).toEqual({
        kind: 'applied',
        acknowledge: [{ key: tux, sequence: 2 }],
        news: true,
        applied: ['dropped'],
      });
      expect(serve(cache, tux, now).kind).toBe('load');
    });

    it('has no lease for a registration alone, and one grant for a session whatever copies of the answer bring', () => {
      beginSession(cache, 's.2');

      expect(takeGrant(cache, 's.1', { epoch: 1, number: 7 })).toBe(false);
      expect(takeGrant(cache, 's.2', { epoch: 1, number: 8 })).toBe(true);
      expect(takeGrant(cache, 's.2', { epoch: 1, number: 9 })).toBe(false);

      expect(cache.lease).toEqual({ kind: 'asked', session: 's.2', grant: { epoch: 1, number: 8 } });
      expect(serve(cache, tux, now).kind).toBe('pass');
      expect(offer(cache, tux, value('early', 5), now)).toBe('session');
    });

    it('stores nothing under its first lease that is older than what was announced before it', () => {
      beginSession(cache, 's.2');
      lease('s.2', { sequence: 6 });

      expect(offer(cache, tux, value('read in the session before', 5), now)).toBe('floor');
      expect(offer(cache, tux, value('new enough', 6), now)).toBe('stored');
      lease('s.2', { sequence: 9 });
      expect(offer(cache, 'products/fox', value('new enough', 6), now)).toBe('stored');
    });

    it('ignores answers to a session that has ended, and reports another epoch', () => {
      beginSession(cache, 's.2');

      expect(lease('s.1').kind).toBe('obsolete');
      expect(cache.lease.kind).toBe('asked');
      lease('s.2');
      expect(lease('s.1').kind).toBe('obsolete');
      expect(lease('s.2', { epoch: 2 }).kind).toBe('other-epoch');
    });

    it('is emptied before a new session is asked for, and stores nothing of loads from before', () => {
      put('products/fox', 1);
      const before = load();

      beginSession(cache, 's.2');

      expect(cache.values.size).toBe(0);
      lease('s.2');
      expect(fill(cache, before, value('before', 9), now)).toMatchObject({ verdict: 'void' });
    });

    it('stores nothing of an epoch it is not registered with, and says that the owner has restarted', () => {
      expect(fill(cache, load(), value('new life', 1, 2), now)).toMatchObject({
        kind: 'answer',
        verdict: 'epoch',
        epochAhead: true,
      });

      beginSession(cache, 's.2');
      lease('s.2', { epoch: 2 });

      expect(fill(cache, load(), value('old life', 900, 1), now).kind).toBe('repeat');
    });
  });

  it('foretells what a request would meet, without changing anything', () => {
    expect(forecast(cache, tux, now).wouldServe).toBe('load');
    const ticket = load();
    expect(forecast(cache, tux, now)).toMatchObject({ wouldServe: 'join', flight: 'joinable' });
    fill(cache, ticket, value('a', 3), now);
    expect(forecast(cache, tux, now)).toMatchObject({ wouldServe: 'hit', flight: 'none', leaseInForce: true });
  });
});
