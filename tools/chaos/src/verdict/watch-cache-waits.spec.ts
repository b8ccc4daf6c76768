import { describe, expect, it } from '@jest/globals';
import type { CacheWaits } from '@toystore/lab';
import { watchingCacheWaits } from './watch-cache-waits.js';

const reading = (pid: number, waits: number): CacheWaits => ({
  pid,
  waits,
  longestMs: waits,
  longestRunningMs: waits,
  totalRunningMs: waits,
});

describe('watchingCacheWaits', () => {
  it('keeps the last reading of every process of the catalog, also what was only known at the end', async () => {
    const answers = [reading(1, 3), reading(1, 4), undefined];
    let lookedOften: () => void = () => undefined;
    const looked = new Promise<void>((resolve) => (lookedOften = resolve));
    let isOver = false;
    const cacheWaits = (): Promise<CacheWaits | undefined> => {
      if (isOver) return Promise.resolve(reading(2, 9));
      if (answers.length === 1) lookedOften();
      return Promise.resolve(answers.length > 1 ? answers.shift() : answers[0]);
    };

    const { result, readings } = await watchingCacheWaits({ cacheWaits }, async () => {
      await looked;
      isOver = true;
      return 'done';
    });

    expect(result).toBe('done');
    expect(readings).toEqual([reading(1, 4), reading(2, 9)]);
  });

  it('stops looking when the run fails, and fails as it did', async () => {
    const run = () => Promise.reject(new Error('the store broke'));

    await expect(watchingCacheWaits({ cacheWaits: () => Promise.resolve(reading(1, 1)) }, run)).rejects.toThrow(
      'the store broke',
    );
  });
});
