import { beforeEach, describe, expect, it } from '@jest/globals';

import type { CacheKey } from './cache-key.js';
import { beginSession, forecast, takeGrant, takeLeaseAnswer } from './cache-session.js';
import { createCache, type CacheLimits, type CoherentCacheState } from './cache-state.js';
import {
  failFill,
  fill,
  invalidate,
  joinSuffices,
  serve,
  serveHeld,
  serveOnError,
  type KeepTerms,
} from './coherent-cache.js';
import type { FillTicket } from './fill-ticket.js';

const limits: CacheLimits = {
  capacity: 3,
  negativeCapacity: 2,
  privateCapacity: 0,
  maxTtlMs: 1_000,
  negativeTtlMs: 100,
  floorsMax: 4,
  fillsInFlightMax: 9,
  leaseMarginMs: 0,
};
const leaseMs = 5_000;
const tux: CacheKey = 'products/tux';
const at = (sequence: number, epoch = 1) => ({ epoch, sequence });

let cache: CoherentCacheState<string>;

const load = (now: number): FillTicket => {
  const decision = serve(cache, tux, now);
  if (decision.kind !== 'load') throw new Error(`expected a load, got ${decision.kind}`);
  return decision.ticket;
};
const put = (sequence: number, keep: KeepTerms = {}) =>
  fill(cache, load(0), { kind: 'value', value: `v${sequence}`, version: at(sequence), keep }, 0);

beforeEach(() => {
  cache = createCache<string>(limits);
  beginSession(cache, 's.1');
  takeGrant(cache, 's.1', { epoch: 1, number: 1 });
  const answered = { sentAt: 0, receivedAt: 0, leaseMs, sequence: 0, invalidations: [] };
  takeLeaseAnswer(cache, { session: 's.1', epoch: 1, ...answered });
});

describe('the time of an entry', () => {
  it('is that of its route, and never longer than the cache’s', () => {
    put(1, { ttlMs: 200 });
    expect([serveHeld(cache, tux, 199)?.kind, serveHeld(cache, tux, 200)]).toEqual(['value', undefined]);

    invalidate(cache, tux, at(2));
    put(2, { ttlMs: 9_000 });
    expect([serveHeld(cache, tux, 999)?.kind, serveHeld(cache, tux, 1_000)]).toEqual(['value', undefined]);
  });

  it('of an absence is its own', () => {
    fill(cache, load(0), { kind: 'absence', version: at(1), keep: { ttlMs: 900, negativeTtlMs: 30 } }, 0);

    expect([serveHeld(cache, tux, 29)?.kind, serveHeld(cache, tux, 30)]).toEqual(['absence', undefined]);
  });
});

describe('an entry that has outlived its time', () => {
  const keep = { ttlMs: 100, staleWhileRevalidateMs: 500, staleIfErrorMs: 2_000 };

  it('is served while it is loaded anew, by one load for all', () => {
    put(1, keep);

    const first = serve(cache, tux, 100);
    const second = serve(cache, tux, 110);

    expect(first).toMatchObject({ kind: 'stale-hit', entry: { value: 'v1' }, revalidation: { shared: true } });
    expect(second).toEqual({
      kind: 'stale-hit',
      entry: expect.objectContaining({ value: 'v1' }),
      revalidation: undefined,
    });
  });

  it('is loaded before anybody is answered when that time is over too', () => {
    put(1, keep);

    expect(serve(cache, tux, 600)).toMatchObject({ kind: 'load', because: 'stale' });
  });

  it('is not served after its invalidation, neither while it is loaded nor because that failed', () => {
    put(1, keep);
    invalidate(cache, tux, at(2));

    expect(serve(cache, tux, 100)).toMatchObject({ kind: 'load', because: 'uri-miss' });
    expect(serveOnError(cache, tux, 100)).toBeUndefined();
  });

  it('is not served once the lease has ended', () => {
    put(1, { ...keep, staleWhileRevalidateMs: 90_000, staleIfErrorMs: 90_000 });

    expect(serve(cache, tux, leaseMs - 1).kind).toBe('stale-hit');
    expect(serve(cache, tux, leaseMs)).toMatchObject({ kind: 'pass' });
    expect(serveOnError(cache, tux, leaseMs)).toBeUndefined();
  });

  it('stays when loading it anew fails, and stands in for the answer as long as that was agreed', () => {
    put(1, keep);
    const decision = serve(cache, tux, 100);
    if (decision.kind === 'stale-hit' && decision.revalidation !== undefined) failFill(cache, decision.revalidation);

    expect(serve(cache, tux, 110)).toMatchObject({ kind: 'stale-hit', revalidation: { attempt: 1 } });
    expect([serveOnError(cache, tux, 2_099)?.kind, serveOnError(cache, tux, 2_100)]).toEqual(['value', undefined]);
  });

  it('does not stand in for anything by default', () => {
    put(1);

    expect(serve(cache, tux, 1_000)).toMatchObject({ kind: 'load', because: 'stale' });
    expect(serveOnError(cache, tux, 1_000)).toBeUndefined();
  });

  it('is replaced by what the revalidation brings, unless an invalidation overtook that', () => {
    put(1, keep);
    const decision = serve(cache, tux, 100);
    const ticket = (decision.kind === 'stale-hit' ? decision.revalidation : undefined) as FillTicket;
    invalidate(cache, tux, at(3));

    expect(fill(cache, ticket, { kind: 'value', value: 'old', version: at(2) }, 120)).toMatchObject({ kind: 'repeat' });
    expect(cache.values.size).toBe(0);
  });
});

describe('a request that has seen a version acknowledged', () => {
  it('gets what is at least that new, and loads anew what is older', () => {
    put(5);

    expect(serveHeld(cache, tux, 1, at(5))?.kind).toBe('value');
    expect(serveHeld(cache, tux, 1, at(6))).toBeUndefined();
    expect(serve(cache, tux, 1, at(6))).toMatchObject({ kind: 'load', because: 'request' });
    expect(forecast(cache, tux, 1, at(6)).wouldServe).toBe('join');
  });

  it('knows epochs', () => {
    put(5);

    expect([serveHeld(cache, tux, 1, at(900, 0))?.kind, serveHeld(cache, tux, 1, at(0, 2))]).toEqual([
      'value',
      undefined,
    ]);
  });

  it('takes what a load brings that was under way only if that is new enough', () => {
    expect([
      joinSuffices(cache, at(5), undefined),
      joinSuffices(cache, at(5), at(5)),
      joinSuffices(cache, at(4), at(5)),
    ]).toEqual([true, true, false]);
  });

  it('is not served an older entry that has outlived its time either', () => {
    put(5, { ttlMs: 100, staleWhileRevalidateMs: 500, staleIfErrorMs: 500 });

    expect(serve(cache, tux, 100, at(6))).toMatchObject({ kind: 'load', because: 'request' });
    expect(serveOnError(cache, tux, 100, at(6))).toBeUndefined();
    expect(serveOnError(cache, tux, 100, at(5))?.kind).toBe('value');
  });

  it('does not cost the others their entry', () => {
    put(5);
    serve(cache, tux, 1, at(6));

    expect(serve(cache, tux, 1).kind).toBe('hit');
  });
});

describe('an owner that answers with less than it has acknowledged', () => {
  it('is noticed', () => {
    invalidate(cache, tux, at(5));

    expect(fill(cache, load(0), { kind: 'value', value: 'old', version: at(4) }, 0)).toMatchObject({
      kind: 'repeat',
      regressed: true,
    });
  });

  it('is not blamed for a load that an invalidation overtook', () => {
    const ticket = load(0);
    invalidate(cache, tux, at(5));
    invalidate(cache, tux, at(6));

    expect(fill(cache, ticket, { kind: 'value', value: 'new', version: at(6) }, 0)).toMatchObject({
      kind: 'answer',
      regressed: false,
    });
  });
});
