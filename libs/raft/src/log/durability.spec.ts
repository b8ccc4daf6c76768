import { describe, expect, it } from '@jest/globals';
import { Durability } from './durability.js';

describe('Durability', () => {
  it('knows after which batch an index is durable', () => {
    const durability = new Durability(2);
    durability.issue(5, 0);
    durability.issue(5, 1);
    durability.issue(9, 2);

    expect([2, 3, 5, 6, 9].map((index) => durability.sequenceFor(index))).toEqual([0, 1, 1, 3, 3]);
  });

  it('an index of the step that is not issued yet belongs to the next batch', () => {
    const durability = new Durability(2);
    durability.issue(5, 0);

    expect(durability.sequenceFor(6)).toBe(durability.nextSequence);
  });

  it('a report stands for every earlier batch', () => {
    const durability = new Durability(0);
    for (const through of [1, 2, 3]) durability.issue(through, 0);

    durability.persisted(2);

    expect(durability.durableIndex).toBe(2);
    expect(durability.isDurable(2)).toBe(true);
    expect(durability.isDurable(3)).toBe(false);
  });

  it('a report that comes again changes nothing', () => {
    const durability = new Durability(0);
    durability.issue(4, 0);

    expect(durability.persisted(1)).toBe(true);
    expect(durability.persisted(1)).toBe(false);
  });

  it('a report of a batch that was never issued is a broken promise', () => {
    expect(() => new Durability(0).persisted(1)).toThrow(/only 0 were issued/);
  });

  it('entries cut before they were durable do not count when their batch is', () => {
    const durability = new Durability(0);
    durability.issue(7, 0);
    durability.truncatedFrom(5);
    durability.issue(8, 1);

    durability.persisted(1);
    expect(durability.durableIndex).toBe(4);
    expect(durability.sequenceFor(5)).toBe(2);

    durability.persisted(2);
    expect(durability.durableIndex).toBe(8);
  });

  it('durable entries that are cut are not durable any more', () => {
    const durability = new Durability(7);

    durability.truncatedFrom(5);

    expect(durability.durableIndex).toBe(4);
  });

  it('knows since when the disk owes an answer', () => {
    const durability = new Durability(0);
    expect(durability.waitingSince).toBeUndefined();
    durability.issue(1, 10);
    durability.issue(2, 20);

    durability.persisted(1);

    expect(durability.waitingSince).toBe(20);
  });
});
