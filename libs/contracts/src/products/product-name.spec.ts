import { describe, expect, it } from '@jest/globals';

import { parseProductName } from './product-name.js';

describe('parseProductName', () => {
  it.each([
    'tux',
    'Tux',
    '7 wonders',
    'a',
    "O'Neill's bear",
    'a-b_c.d',
    'poupée',
    'Ärger',
    'кукла',
    '人形',
    'a'.repeat(64),
    'é'.repeat(64),
  ])('takes %j as it is', (name) => {
    expect(parseProductName(name)).toBe(name);
  });

  it('takes a decomposed name for its composed form', () => {
    expect(parseProductName('poupe\u0301e')).toBe('poup\u00e9e');
  });

  it.each([
    '',
    ' tux',
    '-tux',
    '.tux',
    "'tux",
    '=cmd',
    '+1',
    '@x',
    '../',
    'a/b',
    'a\\b',
    'a\r\nb',
    'a\n',
    'a\u0000',
    'a\t',
    'a,b',
    'a"b',
    'a<b',
    'a%b',
    '\u202etux',
    'a\u200bb',
    'a\u0301\u0301',
    '\ud800',
    'tux 🐧',
    'a'.repeat(65),
    'a'.repeat(10_000),
  ])('refuses %j', (name) => {
    expect(parseProductName(name)).toBeUndefined();
  });

  it.each([[undefined], [null], [1], [['tux']], [{}]])('refuses %j, which is no text', (value) => {
    expect(parseProductName(value)).toBeUndefined();
  });
});
