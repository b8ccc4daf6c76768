import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toLogIndex, toTerm } from '../ids.js';
import { logOf } from '../testing/driven-replica.js';
import { LogView } from './log-view.js';

const snapshot = (index: number, term: number) => ({
  index: toLogIndex(index),
  term: toTerm(term),
  data: new Uint8Array(0),
});
const terms = (log: LogView) => log.slice(log.firstIndex, log.lastIndex + 1).map((entry) => entry.term);

describe('LogView', () => {
  it('an empty log ends at 0, in term 0', () => {
    const log = new LogView(undefined, []);

    expect([log.firstIndex, log.lastIndex, log.lastTerm, log.termAt(0), log.termAt(1)]).toEqual([
      1,
      0,
      0,
      0,
      undefined,
    ]);
  });

  it.each([
    ['a gap', logOf([1], 3)],
    ['an overlap', logOf([1], 2)],
    ['a falling term', logOf([0], 3)],
  ])('refuses %s', (_name, entries) => {
    const log = new LogView(undefined, logOf([1, 1]));

    expect(() =>
      log.append(
        entries.map((entry) => (entry.index === 3 && entry.term === 1 ? { ...entry, index: toLogIndex(4) } : entry)),
      ),
    ).toThrow(/contiguous/);
  });

  it('refuses to cut what is compacted', () => {
    const log = new LogView(snapshot(5, 2), logOf([2], 6));

    expect(() => log.truncateFrom(5)).toThrow(/cannot be cut/);
  });

  it.each([
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 4],
    [9, 6],
  ])('the first position of term %i or later is %i', (term, index) => {
    const log = new LogView(undefined, logOf([1, 1, 2, 5, 5]));

    expect(log.firstIndexFromTerm(toTerm(term))).toBe(index);
  });

  it('behaves like a plain array of terms behind a compacted prefix', () => {
    const operation = fc.oneof(
      fc.record({
        kind: fc.constant('append' as const),
        by: fc.integer({ min: 0, max: 2 }),
        count: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('compact' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const log = new LogView(undefined, []);
        let model: number[] = [];
        let base = 0;
        for (const step of operations) {
          if (step.kind === 'append') {
            const added = Array.from({ length: step.count }, () => (model.at(-1) ?? 1) + step.by);
            log.append(logOf(added, model.length + 1));
            model = [...model, ...added];
          } else if (step.kind === 'truncate') {
            const from = base + 1 + Math.floor(step.share * (model.length - base));
            log.truncateFrom(from);
            model = model.slice(0, from - 1);
          } else {
            base = base + Math.floor(step.share * (model.length - base));
            log.compactThrough(base);
          }
        }

        expect(log.lastIndex).toBe(model.length);
        expect(log.firstIndex).toBe(base + 1);
        expect(terms(log)).toEqual(model.slice(base));
        expect(log.lastTerm).toBe(model.at(-1) ?? 0);
        for (let index = base; index <= model.length; index += 1)
          expect(log.termAt(index)).toBe(index === 0 ? 0 : model[index - 1]);
        expect(log.termAt(base - 1)).toBeUndefined();
        const term = toTerm(2);
        const first = model.findIndex((each, offset) => offset >= base && each >= term);
        expect(log.firstIndexFromTerm(term)).toBe(first === -1 ? model.length + 1 : first + 1);
      }),
    );
  });
});
