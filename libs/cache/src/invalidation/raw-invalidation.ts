import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CallAuthenticator } from '../calls/call-authenticator.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';
import { applyInvalidation, isCapable } from './apply-invalidation.js';
import { invalidationHeaders, parseInvalidation, type InvalidationRequest } from './invalidation-request.js';

export interface RawInvalidationOptions {
  /**
   * Throws when the call is not to be trusted: what verifies every call of the listener behind it, `auth.verify` or the
   * application's own guard. `'none'`: the capability alone is what keeps strangers out, so it has to be there.
   * It is asked at most once about a call that it lets in, and again on the ordinary way about one that it does not.
   */
  readonly verify: NonNullable<CallAuthenticator['verify']> | 'none';
  /** Called after an answer, for a log: no hook of the framework sees it. */
  readonly answered?: (request: IncomingMessage, response: ServerResponse, written: { readonly status: 204 }) => void;
}

/**
 * Answers the owner's DELETEs in front of the framework, in the `request` handler of the HTTP server of the internal
 * listener (a `serverFactory`): a sale waits for them, and the framework takes as long again. Same answer and
 * same effect as `CacheInvalidationModule`, which stays behind it. Returns whether it answered.
 *
 * Only a DELETE of one key with its version in the query, without a body, that `verify` lets in. Everything else, and
 * everything that is to be refused, is for the framework, so that refusals are answered in one place.
 */
export function createRawInvalidation(
  cache: CoherentCache,
  { verify, answered }: RawInvalidationOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const invalidation = readInvalidation(request);
    if (invalidation === undefined) return false;
    // Before `verify`: who was let in once is answered here, because no second check would let the same call in.
    const capability = request.headers[invalidationHeaders.capability];
    if (verify === 'none' && capability === undefined) return false;
    if (!isCapable(cache.runtime, capability)) return false;
    if (verify !== 'none' && !isLetIn(verify, request)) return false;
    const { applied, session } = applyInvalidation(cache, invalidation);
    response.writeHead(204, [invalidationHeaders.applied, applied, invalidationHeaders.session, session]);
    response.end();
    answered?.(request, response, { status: 204 });
    return true;
  };
}

/** Spelled as the owner spells it. Nothing in it has to be decoded, so that no router can see another path in it. */
const target = /^\/cache\/([\w.~!*'()-]+)\/([\w.~!*'()-]+)\?epoch=(\d+)&sequence=(\d+)$/;

function readInvalidation({ method, url = '', headers }: IncomingMessage): InvalidationRequest | undefined {
  if (method !== 'DELETE') return undefined;
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return undefined;
  const match = target.exec(url);
  if (match === null) return undefined;
  const [, collection = '', name = '', epoch = '', sequence = ''] = match;
  const parsed = parseInvalidation({
    method,
    url,
    headers,
    params: { collection, name },
    query: { epoch, sequence },
  });
  return parsed.ok ? parsed.value : undefined;
}

const noBody = new Uint8Array(0);

function isLetIn(verify: NonNullable<CallAuthenticator['verify']>, request: IncomingMessage): boolean {
  const { method = '', url = '', headers } = request;
  try {
    verify({ method, path: url, headers, body: noBody });
    return true;
  } catch {
    // It is refused again on the ordinary way, whose filters answer it and whose log hears of it.
    return false;
  }
}
