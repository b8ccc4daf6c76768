import { describe, expect, it } from '@jest/globals';

import { parseIdempotencyKey } from './idempotency-key.js';

describe('parseIdempotencyKey', () => {
  it.each(['a', '"quoted"', '01890a5d-ac96-774b-bcce-b302099a8057', 'x'.repeat(255), '!~'])(
    'takes %j as it is',
    (key) => {
      expect(parseIdempotencyKey(key)).toBe(key);
    },
  );

  it.each(['', 'a b', 'a, b', 'é', 'a\n', '\u0000', 'x'.repeat(256), undefined, 7, ['a']])('refuses %j', (key) => {
    expect(parseIdempotencyKey(key)).toBeUndefined();
  });
});
