import { describe, expect, it } from '@jest/globals';

import { CacheOptionsError } from '../calls/options-error.js';
import { parsePublisherOptions } from '../publishing/parse-publisher-options.js';
import type { CoherentCacheOptions } from './cache-options.js';
import { parseCacheOptions } from './parse-cache-options.js';

const least: CoherentCacheOptions = {
  subscriberId: 'frontend-1',
  origin: { url: 'http://127.0.0.1:8082', receiver: 'catalog' },
  callbackUrl: 'http://127.0.0.1:8081',
  auth: 'none',
};

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof CacheOptionsError) return error.problems;
    throw error;
  }
}

describe('options of the cache', () => {
  it('are completed with the defaults and frozen', () => {
    const config = parseCacheOptions(least);

    expect(config).toMatchObject({
      name: 'cache',
      capacity: 7,
      negative: { capacity: 64, ttlMs: 5_000 },
      maxTtlMs: 60_000,
      heartbeatMs: 500,
      leaseMarginMs: 50,
      autoStart: true,
    });
    expect(config.callbackUrl()).toBe('http://127.0.0.1:8081');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('are refused with all problems at once', () => {
    const wrong = {
      ...least,
      name: '7 dwarfs',
      subscriberId: '',
      origin: { url: 'ftp://x', receiver: 'catalog' },
      callbackUrl: 'http://user:pass@x',
      auth: undefined,
      capacity: 0,
      negative: { capacity: -1, ttlMs: 1.5 },
    } as unknown as CoherentCacheOptions;

    expect(problemsOf(() => parseCacheOptions(wrong)).map((problem) => problem.split(' ')[0])).toEqual([
      'name',
      'subscriberId',
      'origin.url',
      'callbackUrl',
      'auth',
      'capacity',
      'negative.capacity',
      'negative.ttlMs',
    ]);
  });
});

describe('options of the publisher', () => {
  it('call back only on loopback when nobody authenticates', () => {
    expect(parsePublisherOptions({ auth: 'none' })).toMatchObject({
      leaseMs: 2_000,
      heartbeatMs: 500,
      renewGuardMs: 250,
      mode: 'strict',
      callbackHosts: 'loopback',
    });
    expect(parsePublisherOptions({ auth: { sign: () => ({}) } }).callbackHosts).toBe('any');
  });

  it('follow a short lease with shorter heartbeats', () => {
    expect(parsePublisherOptions({ auth: 'none', leaseMs: 400 })).toMatchObject({
      heartbeatMs: 100,
      renewGuardMs: 100,
    });
  });

  it.each([
    {
      options: { leaseMs: 1_000, heartbeatMs: 500 },
      problem: /heartbeatMs \(500\) must be at most a quarter of leaseMs \(1000\)/,
    },
    { options: { leaseMs: 1_000, renewGuardMs: 1_000 }, problem: /renewGuardMs \(1000\) must be below leaseMs/ },
    { options: { mode: 'never' as 'strict' }, problem: /mode must be one of strict, background/ },
  ])('are refused: $problem', ({ options, problem }) => {
    expect(problemsOf(() => parsePublisherOptions({ auth: 'none', ...options }))).toEqual([
      expect.stringMatching(problem),
    ]);
  });
});
