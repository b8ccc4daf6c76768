import type { INestApplicationContext } from '@nestjs/common';
import { type CoherentCache, createRawFastPath } from '@quorumkit/cache';
import { productPath } from '@toystore/contracts';
import type { FastPath, RequestLog } from '@toystore/service';
import { loggedPath } from '../logged-path.js';
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
  return loggedPath(log, (record) =>
    createRawFastPath(cache, {
      prefix: productPath(''),
      key: productKey,
      public: true,
      before,
      ...(record && {
        answered: (request, _response, { status, cacheStatus }) => record(request, status, { cache: cacheStatus }),
      }),
    }),
  );
}
