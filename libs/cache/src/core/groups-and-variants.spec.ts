import { beforeEach, describe, expect, it } from '@jest/globals';

import { cacheGroup, isCacheKey, variantOf, wholeCollection, type CacheKey } from './cache-key.js';
import { beginSession, forecast, takeGrant, takeLeaseAnswer } from './cache-session.js';
import { createCache, type CacheLimits, type CoherentCacheState } from './cache-state.js';
import { fill, forget, invalidate, serve, type KeepTerms } from './coherent-cache.js';
import type { FillTicket } from './fill-ticket.js';

const limits: CacheLimits = {
  capacity: 3,
  negativeCapacity: 2,
  privateCapacity: 2,
  maxTtlMs: 1_000,
  negativeTtlMs: 100,
  floorsMax: 4,
  fillsInFlightMax: 9,
  leaseMarginMs: 0,
};
const at = (sequence: number) => ({ epoch: 1, sequence });
const tux: CacheKey = 'products/tux';
const fox: CacheKey = 'products/fox';
const owl: CacheKey = 'products/owl';
const [plush, birds] = [cacheGroup('plush'), cacheGroup('birds')];

let cache: CoherentCacheState<string>;

const load = (key: CacheKey): FillTicket => {
  const decision = serve(cache, key, 0);
  if (decision.kind !== 'load') throw new Error(`expected a load, got ${decision.kind}`);
  return decision.ticket;
};
const answer = (ticket: FillTicket, sequence: number, groups: readonly CacheKey[] = [], keep: KeepTerms = {}) =>
  fill(cache, ticket, { kind: 'value', value: ticket.key, version: at(sequence), groups, keep }, 0);
const put = (key: CacheKey, sequence: number, groups: readonly CacheKey[] = [], keep: KeepTerms = {}) =>
  answer(load(key), sequence, groups, keep);
const isHit = (key: CacheKey) => forecast(cache, key, 0).wouldServe === 'hit';

beforeEach(() => {
  cache = createCache<string>(limits);
  beginSession(cache, 's.1');
  takeGrant(cache, 's.1', { epoch: 1, number: 1 });
  const answered = { sentAt: 0, receivedAt: 0, leaseMs: 100_000, sequence: 0, invalidations: [] };
  takeLeaseAnswer(cache, { session: 's.1', epoch: 1, ...answered });
});

describe('a group', () => {
  it('takes its members along in one turn, values and absences, and leaves the others', () => {
    put(tux, 1, [plush]);
    put(fox, 1, [plush, birds]);
    put(owl, 1, [birds]);
    fill(cache, load('products/yeti'), { kind: 'absence', version: at(1), groups: [plush] }, 0);

    expect(invalidate(cache, plush, at(2))).toEqual({ applied: 'dropped', flightsOvertaken: 0 });

    expect([tux, fox, owl].map(isHit)).toEqual([false, false, true]);
    expect(cache.absences.size).toBe(0);
  });

  it('keeps a load from before its invalidation from being stored, though nobody knew that it belongs to it', () => {
    const ticket = load(tux);
    invalidate(cache, plush, at(2));

    expect(answer(ticket, 1, [plush])).toMatchObject({ kind: 'repeat' });
    expect(cache.values.size).toBe(0);
  });

  it('lets nobody who comes after its invalidation join a load from before it', () => {
    load(tux);
    expect(invalidate(cache, plush, at(2)).flightsOvertaken).toBe(1);

    expect(serve(cache, tux, 0)).toMatchObject({ kind: 'load', lateJoinPrevented: true });
  });

  it('does not touch what was read after its invalidation, however late or often that arrives', () => {
    invalidate(cache, plush, at(5));
    put(tux, 5, [plush]);

    expect([invalidate(cache, plush, at(5)).applied, invalidate(cache, plush, at(3)).applied]).toEqual([
      'unchanged',
      'unchanged',
    ]);
    expect(isHit(tux)).toBe(true);
  });

  it('has a floor that merges into that of all keys when there are too many', () => {
    invalidate(cache, plush, at(7));
    for (const name of ['a', 'b', 'c', 'd']) invalidate(cache, `products/${name}`, at(8));

    expect(cache.floors.byKey.size).toBe(4);
    expect(answer(load(tux), 6, [plush])).toMatchObject({ kind: 'repeat' });
  });

  it('can be removed without a version, and then no load under way is stored', () => {
    put(tux, 1, [plush]);
    const ticket = load(fox);

    expect(forget(cache, plush)).toBe(true);

    expect(isHit(tux)).toBe(false);
    expect(answer(ticket, 9, [])).toMatchObject({ verdict: 'void' });
  });

  it('has a name, and is never the key of an entry', () => {
    expect(isCacheKey('groups/')).toBe(false);
    expect(() => serve(cache, plush, 0)).toThrow(/stands for a collection or a group/);
  });
});

describe('a variant of a key', () => {
  const [ann, bob] = [variantOf(tux, 'ann'), variantOf(tux, 'bob')];

  it('is an entry of its own', () => {
    put(ann, 1);

    expect([isHit(ann), isHit(bob), isHit(tux)]).toEqual([true, false, false]);
  });

  it.each([
    { about: 'its key', key: tux },
    { about: 'its collection', key: wholeCollection('products') },
    { about: 'itself', key: ann },
  ])('goes with the invalidation of $about', ({ key }) => {
    put(ann, 1);
    const ticket = load(bob);

    expect(invalidate(cache, key, at(2)).applied).toBe('dropped');

    expect(isHit(ann)).toBe(false);
    expect(answer(ticket, 1)).toMatchObject(key === ann ? { verdict: 'stored' } : { kind: 'repeat' });
  });

  it('is not stored when the key was invalidated before anybody asked for a variant', () => {
    invalidate(cache, tux, at(5));

    expect(put(ann, 4)).toMatchObject({ kind: 'repeat' });
  });

  it('that is private has slots of its own', () => {
    for (const key of [tux, fox, owl]) put(key, 1);
    for (const user of ['ann', 'bob', 'cid']) put(variantOf(tux, user), 1, [], { scope: 'private' });

    expect([tux, fox, owl].map(isHit)).toEqual([true, true, true]);
    expect([...cache.privates.entries()].map(([key]) => key)).toEqual([bob, variantOf(tux, 'cid')]);
  });
});
