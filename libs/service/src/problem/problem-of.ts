import { HttpException } from '@nestjs/common';
import {
  CallAbortedError,
  ConnectionFailedError,
  DeadlineExceededError,
  type ProblemCode,
  problemTypes,
  UnexpectedAnswerError,
} from '@toystore/contracts';

import { UnauthenticatedCallError } from '../auth/unauthenticated-call-error.js';

import { ProblemError } from './problem-error.js';

/** An app's own translation of its errors; `undefined` leaves an error to the general one. */
export type ProblemTranslation = (error: unknown) => ProblemError | undefined;

const codeOfStatus: ReadonlyMap<number, ProblemCode> = new Map<number, ProblemCode>([
  [400, 'bad-request'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [408, 'request-timeout'],
  [409, 'conflict'],
  [412, 'stale-fence'],
  [413, 'payload-too-large'],
  [414, 'uri-too-long'],
  [415, 'unsupported-media-type'],
  [417, 'expectation-failed'],
  [421, 'not-leader'],
  [422, 'key-reused'],
  [429, 'overloaded'],
  [431, 'headers-too-large'],
  [501, 'not-implemented'],
  [502, 'bad-gateway'],
  [503, 'unavailable'],
  [504, 'outcome-unknown'],
  [505, 'http-version-not-supported'],
]);

const unavailableRetryMs = 1000;

/**
 * Every error as a problem. `undefined` means that nothing may be told about it: it is answered as a bare 500 and goes
 * to the log.
 */
export function problemOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnauthenticatedCallError)
    return new ProblemError('unauthenticated', error.message, { cause: error });
  if (error instanceof HttpException) return ofHttpException(error);
  if (error instanceof UnexpectedAnswerError) {
    return new ProblemError('bad-gateway', 'Another service gave an answer that cannot be used.', { cause: error });
  }
  if (
    error instanceof ConnectionFailedError ||
    error instanceof DeadlineExceededError ||
    error instanceof CallAbortedError
  ) {
    return error.definite
      ? new ProblemError('unavailable', 'A service that is needed for this cannot be reached. Nothing was done.', {
          retryAfterMs: unavailableRetryMs,
          cause: error,
        })
      : new ProblemError(
          'outcome-unknown',
          'A service that is needed for this did not answer in time; it may have acted.',
          {
            cause: error,
          },
        );
  }
  return ofFrameworkError(error);
}

function ofHttpException(error: HttpException): ProblemError | undefined {
  const status = error.getStatus();
  const code = codeOfStatus.get(status);
  if (code === undefined)
    return status >= 500 ? undefined : new ProblemError('bad-request', error.message, { cause: error });
  return new ProblemError(code, detailOf(error, code), { extensions: extensionsOf(error.getResponse()), cause: error });
}

function detailOf(error: HttpException, code: ProblemCode): string {
  const response = error.getResponse();
  const message = typeof response === 'object' ? (response as { message?: unknown }).message : response;
  if (typeof message === 'string' && message !== '') return message;
  if (Array.isArray(message)) return message.join('; ');
  return error.message === '' ? problemTypes[code].title : error.message;
}

const standardMembers = new Set(['statusCode', 'message', 'error', 'type', 'title', 'status', 'detail', 'instance']);

function extensionsOf(response: string | object): Record<string, unknown> {
  if (typeof response === 'string') return {};
  return Object.fromEntries(Object.entries(response).filter(([name]) => !standardMembers.has(name)));
}

/** What Fastify itself refuses, in words that repeat nothing of the request. */
const frameworkDetails: Readonly<Record<string, { code: ProblemCode; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'payload-too-large', detail: 'The body is too large.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported-media-type',
    detail: 'The body must be application/json in UTF-8.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'bad-request',
    detail: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_BAD_URL: { code: 'bad-request', detail: 'The address is not percent-encoded UTF-8.' },
  FST_ERR_PARAM_LEN: { code: 'uri-too-long', detail: 'A part of the address is too long.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'uri-too-long', detail: 'A part of the address is too long.' },
};

function ofFrameworkError(error: unknown): ProblemError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' && code.startsWith('FST_') ? frameworkDetails[code] : undefined;
  if (known !== undefined) return new ProblemError(known.code, known.detail, { cause: error });
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  const problem = codeOfStatus.get(statusCode) ?? 'bad-request';
  return new ProblemError(problem, `${problemTypes[problem].title}.`, { cause: error });
}
