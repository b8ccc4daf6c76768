import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { majorityOf, quorumValue } from './quorum.js';

describe('majorityOf', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i voters is %i', (voters, majority) => {
    expect(majorityOf(voters)).toBe(majority);
  });
});

describe('quorumValue', () => {
  it('is the largest value that a majority reaches, found the slow way', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 9 }), (values) => {
        const reached = values.filter(
          (value) => values.filter((other) => other >= value).length >= majorityOf(values.length),
        );

        expect(quorumValue([...values])).toBe(Math.max(...reached));
      }),
      { numRuns: 5000 },
    );
  });
});
