import { type CoherentCache, createRawInvalidation } from '@quorumkit/cache';
import type { CallVerifier, FastPath, RequestLog } from '@toystore/service';
import { loggedPath } from '../logged-path.js';

/**
 * Answers the catalog's DELETEs in front of the framework: every sale waits for one from each frontend. They are verified
 * as by the guard of the internal application, which stays behind it, and logged like all other calls.
 */
export function createInvalidationPath(cache: CoherentCache, verifier: CallVerifier, log: RequestLog): FastPath {
  return loggedPath(log, (record) =>
    createRawInvalidation(cache, {
      verify: (call) => void verifier.verify(call),
      ...(record && { answered: (request, _response, { status }) => record(request, status) }),
    }),
  );
}
