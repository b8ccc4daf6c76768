import { describe, expect, it } from '@jest/globals';
import { ResultTable } from './result-table.js';

function table(limits: Partial<{ resultsMax: number; resultTtlMs: number }> = {}): ResultTable {
  return new ResultTable({ resultsMax: 3, resultTtlMs: 1000, ...limits });
}

function recorded(index: number, time: number) {
  return { index, term: 1, time, outcome: { kind: 'done' as const, result: index } };
}

describe('ResultTable', () => {
  it('remembers a result until its time is over, to the millisecond', () => {
    const results = table();
    results.record('a', recorded(1, 5000));

    results.expire(5999);
    expect(results.get('a')?.index).toBe(1);
    results.expire(6000);
    expect(results.get('a')).toBeUndefined();
  });

  it('forgets the oldest above its limit', () => {
    const results = table();

    ['a', 'b', 'c', 'd'].forEach((key, position) => results.record(key, recorded(position + 1, position)));

    expect(results.rows().map(([key]) => key)).toEqual(['b', 'c', 'd']);
  });

  it('is the same after a round trip through a snapshot', () => {
    const results = table();
    results.record('a', recorded(1, 10));
    results.record('b', {
      ...recorded(2, 20),
      outcome: { kind: 'failed', errorName: 'RangeError', errorMessage: 'no' },
    });
    const restored = table();

    restored.replaceBy(JSON.parse(JSON.stringify(results.rows())));

    expect(restored.rows()).toEqual(results.rows());
    restored.expire(1010);
    expect(restored.rows().map(([key]) => key)).toEqual(['b']);
  });
});
