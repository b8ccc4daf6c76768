import { createHmac } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { HmacSha256 } from './hmac-sha256.js';

describe('HmacSha256', () => {
  it('agrees with createHmac for every key and text, also when it is used again', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }),
        (key, texts) => {
          const hmac = new HmacSha256(key);

          for (const text of texts)
            expect(hmac.macOf(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
        },
      ),
    );
  });

  it('refuses a text that its buffer cannot hold, rather than sign a part of it', () => {
    const hmac = new HmacSha256(Buffer.alloc(32));

    expect(() => hmac.macOf('é'.repeat(40_000))).toThrow(RangeError);
    expect(() => hmac.macOf('a'.repeat(65_536))).not.toThrow();
  });
});
