import type { INestApplicationContext } from '@nestjs/common';
import { type CoherentCache, createRawFastPath } from '@quorumkit/cache';
import { productPath } from '@toystore/contracts';
import type { FastPath, RequestLog } from '@toystore/service';
import { productKey } from './product-key.js';

/**
 * Answers products that the cache holds in front of the framework: most requests are these, and no guard or pipe stands
 * before them. They are logged like all others.
 *
 * @param before the application, which is asked at once whether that is so
 */
export function createHitPath(
  cache: CoherentCache,
  log: RequestLog,
  before: INestApplicationContext | 'unchecked',
): FastPath {
  // Looking up, answering and logging are one synchronous turn, so one start is enough.
  let startedAt = 0;
  const answer = createRawFastPath(cache, {
    prefix: productPath(''),
    key: productKey,
    public: true,
    before,
    ...(log.isEnabled && {
      answered: (request, _response, { status, cacheStatus }) =>
        log.record(request, status, performance.now() - startedAt, { cache: cacheStatus }),
    }),
  });
  if (!log.isEnabled) return answer;
  return (request, response) => {
    startedAt = performance.now();
    return answer(request, response);
  };
}
