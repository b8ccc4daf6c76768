import { describe, expect, it } from '@jest/globals';
import { holds } from './entity-tag.js';

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['"4.17"', true],
    ['W/"4.17"', true],
    ['"4.16", "4.17"', true],
    ['*', true],
    ['"4.16"', false],
    ['4.17', false],
    ['', false],
  ])('%s holds "4.17": %s', (header, expected) => {
    expect(holds(header, '"4.17"')).toBe(expected);
  });
});
