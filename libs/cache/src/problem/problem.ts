import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { ShapeProblem } from '../protocol/shape.js';

/** A refused call, as problem details (RFC 9457). */
export class CacheProblem extends HttpException {
  constructor(
    status: number,
    title: string,
    detail: string,
    readonly extra: { readonly errors?: readonly ShapeProblem[]; readonly retryAfterSeconds?: number } = {},
  ) {
    const { errors } = extra;
    const body = {
      type: 'about:blank',
      title,
      status,
      detail,
      ...(errors && { errors }),
      error: { code: status, message: detail },
    };
    super(body, status);
  }
}

export function invalidMessage(errors: readonly ShapeProblem[]): CacheProblem {
  const detail = errors.map(({ pointer, detail: says }) => `${pointer || 'The message'} ${says}`).join('; ');
  return new CacheProblem(400, 'Bad Request', `${detail}. Nothing was changed.`, { errors });
}

/** Sends this package's refusals as `application/problem+json`, whatever the host's own filters do. */
@Catch(CacheProblem)
export class CacheProblemFilter implements ExceptionFilter<CacheProblem> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(problem: CacheProblem, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    if (problem.extra.retryAfterSeconds !== undefined)
      httpAdapter.setHeader(response, 'Retry-After', String(problem.extra.retryAfterSeconds));
    httpAdapter.reply(response, problem.getResponse(), problem.getStatus());
  }
}
