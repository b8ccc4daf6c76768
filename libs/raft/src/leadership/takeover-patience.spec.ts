import { describe, expect, it } from '@jest/globals';
import { toReplicaId } from '../ids.js';
import { TakeoverPatience } from './takeover-patience.js';

const a = toReplicaId('a');
const b = toReplicaId('b');
const c = toReplicaId('c');
const stableMs = 1000;

describe('patience with rivals of higher priority', () => {
  it('doubles with each offer that led to nothing, up to 32 times', () => {
    const patience = new TakeoverPatience(stableMs);
    const needed = [0, 1, 2, 3, 4, 5, 6].map((round) => {
      const before = patience.neededMs(b, round);
      patience.offered(b);
      patience.leaderIs(a, round);
      return before;
    });

    expect(needed).toEqual([1, 2, 4, 8, 16, 32, 32].map((times) => times * stableMs));
    expect(patience.neededMs(c, 6)).toBe(stableMs);
  });

  it('is as at first for one that has led, by that offer or by another way', () => {
    const patience = new TakeoverPatience(stableMs);
    patience.refused(b, 0);
    patience.refused(c, 0);

    patience.offered(b);
    patience.leaderIs(b, 0);
    patience.leaderIs(c, 0);

    expect([patience.neededMs(b, 0), patience.neededMs(c, 0)]).toEqual([stableMs, stableMs]);
  });

  it('counts an offer once', () => {
    const patience = new TakeoverPatience(stableMs);
    patience.offered(b);

    patience.leaderIs(a, 0);
    patience.leaderIs(a, 0);

    expect(patience.neededMs(b, 0)).toBe(2 * stableMs);
  });

  it('forgets what is older than twice the longest wait', () => {
    const patience = new TakeoverPatience(stableMs);
    patience.refused(b, 0);

    expect(patience.neededMs(b, 64 * stableMs - 1)).toBe(2 * stableMs);
    expect(patience.neededMs(b, 64 * stableMs)).toBe(stableMs);
  });
});
