import { describe, expect, it } from '@jest/globals';
import { GatewayTimeoutException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { cacheRefusal } from './cache-refusal.js';

describe('a refusal of the cache', () => {
  it.each([new ServiceUnavailableException(), new GatewayTimeoutException()])(
    'is a 503 that says when to try again: %s',
    (refusal) => {
      expect(cacheRefusal(refusal)).toMatchObject({ code: 'unavailable', status: 503, extra: { retryAfterMs: 1000 } });
    },
  );

  it('is not every error', () => {
    expect(cacheRefusal(new NotFoundException())).toBeUndefined();
    expect(cacheRefusal(new TypeError('a bug'))).toBeUndefined();
  });
});
