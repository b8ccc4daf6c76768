import { describe, expect, it } from '@jest/globals';

import { LruSlots } from './lru-slots.js';

const filled = (capacity: number, keys: string) => {
  const slots = new LruSlots<string, number>(capacity);
  for (const [index, key] of [...keys].entries()) slots.set(key, index + 1);
  return slots;
};
const keysOf = (slots: LruSlots<string, number>) => [...slots.entries()].map(([key]) => key).join('');

describe('LruSlots', () => {
  it('lets the least recently used one go and says which', () => {
    const slots = filled(7, 'abcdefg');
    slots.touch('a');

    expect(slots.set('h', 8)).toEqual({ key: 'b', value: 2 });
    expect(keysOf(slots)).toBe('cdefgah');
  });

  it('lets nothing go for a key that is there already', () => {
    const slots = filled(3, 'abc');

    expect(slots.set('a', 9)).toBeUndefined();
    expect(keysOf(slots)).toBe('bca');
  });

  it('leaves the order alone when it peeks', () => {
    const slots = filled(3, 'abc');

    expect(slots.peek('a')).toBe(1);
    expect(keysOf(slots)).toBe('abc');
  });

  it('keeps nothing with a capacity of 0', () => {
    expect(filled(0, 'abc').size).toBe(0);
  });
});
