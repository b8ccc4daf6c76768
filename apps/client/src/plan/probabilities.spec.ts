import { describe, expect, it } from '@jest/globals';
import { parseProbabilities } from './probabilities.js';

describe('parseProbabilities', () => {
  it.each<[string, number[]]>([
    ['0.2', [0.2]],
    ['1', [1]],
    ['0..1:0.2', [0, 0.2, 0.4, 0.6, 0.8, 1]],
    ['0..0.8:0.2', [0, 0.2, 0.4, 0.6, 0.8]],
    ['0.1..0.3:0.1', [0.1, 0.2, 0.3]],
    ['0..1:0.3', [0, 0.3, 0.6, 0.9]],
    ['0.5..0.5:1', [0.5]],
  ])('reads %s', (text, probs) => {
    expect(parseProbabilities(text)).toEqual(probs);
  });

  it.each(['', '2', '-0.1', '0..2:0.5', '1..0:0.2', '0..1:0', '0..1', '0..1:0.000001', 'x', '1e-1', '0.2,0.4'])(
    'refuses %j',
    (text) => {
      expect(parseProbabilities(text)).toBeUndefined();
    },
  );
});
