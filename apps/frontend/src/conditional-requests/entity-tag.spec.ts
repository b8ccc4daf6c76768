import { describe, expect, it } from '@jest/globals';
import { entityTag, holds } from './entity-tag.js';

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

describe('an entity tag', () => {
  const version = { epoch: 4, sequence: 17 };

  it('is the same for the same contents of the same version, and for no others', () => {
    const tag = entityTag(version, { data: [1] });

    expect(tag).toMatch(/^"4\.17-[\w-]{12}"$/);
    expect(entityTag(version, { data: [1] })).toBe(tag);
    expect(entityTag(version, { data: [2] })).not.toBe(tag);
    expect(entityTag({ ...version, sequence: 18 }, { data: [1] })).not.toBe(tag);
  });
});
