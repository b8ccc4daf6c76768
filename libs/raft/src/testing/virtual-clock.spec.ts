import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  it('runs events in the order of their time, and of scheduling where that is equal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const clock = new VirtualClock();
        const run: { at: number; order: number }[] = [];
        times.forEach((at, order) => clock.schedule(at, () => run.push({ at: clock.now, order })));

        clock.runUntil(100);

        const expected = times
          .map((at, order) => ({ at, order }))
          .sort((left, right) => left.at - right.at || left.order - right.order);
        expect(run).toEqual(expected);
        expect(clock.now).toBe(100);
      }),
    );
  });

  it('events may schedule others, never in the past', () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    clock.schedule(10, () => clock.schedule(5, () => times.push(clock.now)));

    clock.runUntil(50);

    expect(times).toEqual([10]);
  });
});
