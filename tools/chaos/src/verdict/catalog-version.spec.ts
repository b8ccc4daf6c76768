import { describe, expect, it } from '@jest/globals';
import { isOlder, parseVersion, versionText } from './catalog-version.js';

describe('parseVersion', () => {
  it.each([
    ['3;41', { epoch: 3, sequence: 41 }],
    ['"3.41"', { epoch: 3, sequence: 41 }],
    ['"3.41-9f2c"', { epoch: 3, sequence: 41 }],
    ['latest', undefined],
    ['"3"', undefined],
    ['3;1234567890123456', undefined],
    [undefined, undefined],
  ])('reads %j', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });
});

describe('isOlder', () => {
  it.each([
    ['1.9', '2.1', true],
    ['2.1', '1.9', false],
    ['2.1', '2.2', true],
    ['2.2', '2.2', false],
  ])('%s than %s: %j', (one, other, older) => {
    const [a, b] = [parseVersion(one), parseVersion(other)];
    if (a === undefined || b === undefined) throw new TypeError('both are versions');

    expect(isOlder(a, b)).toBe(older);
    expect(versionText(a)).toBe(one);
  });
});
