import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { problemDetails } from '@toystore/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { rawTargetOf } from '../http/raw-body.js';
import type { JsonLogger } from '../log/json-logger.js';

import { ProblemError } from './problem-error.js';
import { problemOf, type ProblemTranslation } from './problem-of.js';

/**
 * Answers every error of an app, of handlers, guards, pipes, parsers and router alike, with problem details. What has no
 * translation is a 500 that tells nothing; its stack goes to the log.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: JsonLogger,
    private readonly translate: ProblemTranslation = () => undefined,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also serves Fastify's own error hooks, which run outside of Nest. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent || reply.raw.headersSent) {
      // The answer has begun; the only honest end is a broken one.
      this.logger.write('error', 'failed while answering', { path: rawTargetOf(request), failure: error });
      reply.raw.destroy();
      return;
    }
    const problem = this.translate(error) ?? problemOf(error) ?? this.failure(error, request);
    const { retryAfterMs, errors, extensions, headers } = problem.extra;
    const details = problemDetails(problem.code, problem.message, {
      instance: rawTargetOf(request).split('?', 1)[0] ?? '/',
      extensions: { ...extensions, ...(errors === undefined ? {} : { errors }) },
    });
    if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    if (headers !== undefined) reply.headers(headers);
    reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .header('cache-control', 'no-store')
      .serializer((body: unknown) => body as string)
      .send(JSON.stringify(details));
  }

  private failure(error: unknown, request: FastifyRequest): ProblemError {
    this.logger.write('error', 'request failed', {
      method: request.method,
      path: rawTargetOf(request),
      failure: error,
    });
    return new ProblemError('internal', 'The server failed. The failure is in its log.', { cause: error });
  }
}
