import { equal, deepEqual, ok } from 'node:assert/strict';

import type { EvictionPolicy } from '../../core/slots/slots.js';

/** The two functions of a test runner that a conformance suite needs. */
export interface SuiteRunner {
  describe(title: string, body: () => void): void;
  it(title: string, body: () => void): void;
}

/** What every implementation of the `Slots` port promises, whatever its rule. */
export function describeSlots(name: string, policy: EvictionPolicy, { describe, it }: SuiteRunner): void {
  const filled = (capacity: number, count: number) => {
    const slots = policy<string, number>(capacity);
    for (let index = 0; index < count; index += 1) slots.set(`k${index}`, index);
    return slots;
  };

  describe(`${name} as slots`, () => {
    it('gives back what was stored, and nothing for other keys', () => {
      const slots = filled(3, 3);
      deepEqual([slots.touch('k0'), slots.peek('k2'), slots.touch('x'), slots.peek('x')], [0, 2, undefined, undefined]);
    });

    it('never holds more than its capacity, and names each entry that had to leave once', () => {
      const slots = policy<string, number>(4);
      const left: string[] = [];
      for (let index = 0; index < 50; index += 1) {
        const evicted = slots.set(`k${index}`, index);
        if (evicted !== undefined) left.push(evicted.key);
        ok(slots.size <= 4);
        if (index % 3 === 0) slots.touch(`k${index - 1}`);
      }
      const held = [...slots.entries()].map(([key]) => key);
      equal(held.length, 4);
      deepEqual([...left, ...held].sort(), Array.from({ length: 50 }, (_, index) => `k${index}`).sort());
    });

    it('replaces a value without letting anything go', () => {
      const slots = filled(3, 3);
      equal(slots.set('k1', 9), undefined);
      deepEqual([slots.size, slots.peek('k1')], [3, 9]);
    });

    it('frees the slot of a deleted entry', () => {
      const slots = filled(3, 3);
      deepEqual([slots.delete('k1'), slots.delete('k1'), slots.size], [true, false, 2]);
      equal(slots.set('x', 1), undefined);
      deepEqual([slots.size, slots.peek('k1')], [3, undefined]);
    });

    it('is empty after clear, and works on', () => {
      const slots = filled(3, 3);
      slots.clear();
      deepEqual([slots.size, slots.peek('k0'), [...slots.entries()]], [0, undefined, []]);
      for (let index = 0; index < 9; index += 1) slots.set(`n${index}`, index);
      equal(slots.size, 3);
    });

    it('looks at an entry without changing who leaves next', () => {
      const looked = filled(3, 3);
      const untouched = filled(3, 3);
      looked.peek('k0');
      deepEqual(looked.set('x', 1), untouched.set('x', 1));
    });

    it('keeps nothing with a capacity of 0', () => {
      equal(filled(0, 3).size, 0);
    });

    it('lets an entry that is used all the time stay while others pass by', () => {
      const slots = filled(3, 3);
      for (let index = 0; index < 30; index += 1) {
        slots.touch('k1');
        slots.set(`passing${index}`, index);
      }
      equal(slots.peek('k1'), 1);
    });
  });
}
