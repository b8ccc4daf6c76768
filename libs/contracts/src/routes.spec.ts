import { describe, expect, it } from '@jest/globals';

import { parseDeadlineMs, productPath } from './routes.js';

describe('routes', () => {
  it('encodes a product name into one path segment', () => {
    expect(productPath('a/b?c #%é')).toBe('/products/a%2Fb%3Fc%20%23%25%C3%A9');
  });

  it.each([
    ['0', 0],
    ['900', 900],
    ['999999999', 60_000],
  ])('reads a deadline of %s ms', (raw, ms) => {
    expect(parseDeadlineMs(raw)).toBe(ms);
  });

  it.each(['', '-1', '1.5', '1e3', 'soon', undefined, ['1'], '9'.repeat(10)])('refuses a deadline of %j', (raw) => {
    expect(parseDeadlineMs(raw)).toBeUndefined();
  });
});
