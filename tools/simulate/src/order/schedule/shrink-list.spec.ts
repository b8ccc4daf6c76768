import { describe, expect, it } from '@jest/globals';
import { shrinkList } from './shrink-list.js';

describe('shrinkList', () => {
  const hundred = Array.from({ length: 100 }, (_, position) => position);
  const needing =
    (...needed: readonly number[]) =>
    async (items: readonly number[]): Promise<boolean> =>
      needed.every((item) => items.includes(item));

  it.each([
    ['nothing', []],
    ['one', [42]],
    ['the first', [0]],
    ['the last', [99]],
    ['two that lie apart', [7, 93]],
    ['some', [1, 2, 50, 51, 98]],
  ])('leaves what a failure needs: %s', async (_, needed) => {
    expect(await shrinkList(hundred, needing(...needed))).toEqual(needed);
  });

  it('leaves everything where nothing can be left out', async () => {
    expect(await shrinkList([1, 2, 3], async () => false)).toEqual([1, 2, 3]);
  });

  it('asks about what it has not left out yet, so that the caller may keep the smallest so far', async () => {
    let smallest: readonly number[] = hundred;

    const left = await shrinkList(hundred, async (items) => {
      if (!(await needing(10, 20)(items))) return false;
      smallest = items;
      return true;
    });

    expect(left).toBe(smallest);
  });
});
