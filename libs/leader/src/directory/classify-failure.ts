import type { FailureKind } from './directory-options.js';

const notLeaderCodes: ReadonlySet<unknown> = new Set(['NOT_LEADER', 'NO_LEADER', 'GROUP_STOPPED']);
/** The connection was never made. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** It broke, or nothing came back in time: the request may have been processed. */
const indeterminateCodes: ReadonlySet<unknown> = new Set([
  'INDETERMINATE',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_ABORTED',
  'ABORT_ERR',
]);

interface Described {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly definite?: unknown;
  readonly cause?: unknown;
}

/**
 * What a failed attempt means, from the error's `code`, `status`, `definite` and causes: errors of this package, of
 * Node's sockets, of undici and fetch, and answers with status 421.
 */
export function classifyFailure(error: unknown): FailureKind {
  // Causes of causes may form a ring.
  for (
    let link = error, depth = 0;
    typeof link === 'object' && link !== null && depth < 8;
    link = (link as Described).cause, depth++
  ) {
    const { code, name, status, statusCode, definite } = link as Described;
    if (notLeaderCodes.has(code) || status === 421 || statusCode === 421) return 'notLeader';
    if (unreachableCodes.has(code)) return 'unreachable';
    if (indeterminateCodes.has(code) || name === 'AbortError' || name === 'TimeoutError' || definite === false)
      return 'indeterminate';
  }
  return 'final';
}
