import { describe, expect, it } from '@jest/globals';

import { parseOrderNumber } from './order-number.js';

describe('parseOrderNumber', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['1200', 1200],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (raw, number) => {
    expect(parseOrderNumber(raw)).toBe(number);
  });

  it.each([
    '',
    '00',
    '01',
    '-1',
    '-0',
    '+1',
    '1e3',
    '1.0',
    '0x1',
    ' 1',
    '1 ',
    '1\n',
    'abc',
    '9007199254740992',
    '9007199254740993',
    '1'.repeat(400),
    '١',
  ])('refuses %j', (raw) => {
    expect(parseOrderNumber(raw)).toBeUndefined();
  });

  it.each([[undefined], [1], [null]])('refuses %j, which is no text', (raw) => {
    expect(parseOrderNumber(raw)).toBeUndefined();
  });
});
