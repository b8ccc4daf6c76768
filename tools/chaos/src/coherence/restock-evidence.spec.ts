import { describe, expect, it } from '@jest/globals';
import { StockBound } from '../verdict/stock-bound.js';
import { RestockEvidence } from './restock-evidence.js';

/** Of two products with a level of 3: positions 0 to 3 are before the first restocking, which leads to 4. */
function evidence() {
  const bound = new StockBound();
  bound.learn('tux', 3);
  bound.learn('fox', 3);
  const restocks = new RestockEvidence(bound);
  return (sequence: number, positions: Record<string, number>, epoch = 1): string[] =>
    restocks
      .note({ version: { epoch, sequence }, positions: new Map(Object.entries(positions)) })
      .map(({ name, known: { position, version } }) => `${name} to ${position}, from ${version?.sequence} on`);
}

describe('RestockEvidence', () => {
  it('knows that a restocking was acknowledged when another one came after it', () => {
    const note = evidence();

    expect(note(10, { tux: 3, fox: 2 })).toEqual([]);
    expect(note(14, { tux: 4, fox: 2 })).toEqual([]);
    expect(note(17, { tux: 4, fox: 3 })).toEqual([]);
    expect(note(19, { tux: 4, fox: 5 })).toEqual(['tux to 4, from 11 on']);
    expect(note(20, { tux: 4, fox: 5 })).toEqual([]);
  });

  it('takes two that may be of one round for no evidence of each other', () => {
    const note = evidence();

    note(10, { tux: 3, fox: 3 });

    expect(note(14, { tux: 4, fox: 4 })).toEqual([]);
  });

  it('takes one that may have come before for no evidence', () => {
    const note = evidence();

    note(10, { tux: 3, fox: 3 });
    note(14, { tux: 4 });

    // Where fox was at 14 is not known: it may have been restocked in the same round.
    expect(note(15, { tux: 4, fox: 4 })).toEqual([]);
  });

  it('sees the restocking of a product that was sold again meanwhile', () => {
    const note = evidence();
    note(10, { tux: 2, fox: 3 });
    note(15, { tux: 6, fox: 3 });

    expect(note(18, { tux: 7, fox: 4 })).toEqual(['tux to 4, from 11 on']);
  });

  it('knows nothing of one that the catalog may have died over', () => {
    const note = evidence();
    note(10, { tux: 3, fox: 3 });
    note(14, { tux: 4, fox: 3 });

    expect(note(15, { tux: 4, fox: 3 }, 2)).toEqual([]);
    expect(note(16, { tux: 4, fox: 4 }, 2)).toEqual([]);
  });

  it('does not listen to a list that is older than the last one', () => {
    const note = evidence();
    note(10, { tux: 3, fox: 3 });
    note(14, { tux: 4, fox: 3 });
    note(12, { tux: 3, fox: 3 });

    expect(note(16, { tux: 4, fox: 4 })).toEqual(['tux to 4, from 11 on']);
  });
});
