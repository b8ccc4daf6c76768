import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

import { CacheProblem } from '../problem/problem.js';
import type { CallAuthentication } from './call-authenticator.js';

export const CALL_AUTHENTICATION = Symbol('quorumkit:cache:call-authentication');

/** The parts of Fastify's and Express's requests that this package reads. */
export interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly rawBody?: Uint8Array;
}

const nothing = new Uint8Array(0);

/** Lets a call through when `auth.verify` does, when the host verifies by itself (no `verify`), or with `auth: 'none'`. */
@Injectable()
export class CallAuthGuard implements CanActivate {
  constructor(@Inject(CALL_AUTHENTICATION) private readonly auth: CallAuthentication) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.auth === 'none' || this.auth.verify === undefined) return true;
    const request = context.switchToHttp().getRequest<IncomingRequest>();
    const hasBody = request.body !== undefined && request.body !== null;
    if (hasBody && request.rawBody === undefined) {
      throw new Error(
        'auth.verify needs the bytes of the body: start the application with { rawBody: true }, or put them on request.rawBody.',
      );
    }
    try {
      const { method, headers } = request;
      this.auth.verify({ method, path: request.originalUrl ?? request.url, headers, body: request.rawBody ?? nothing });
    } catch (error) {
      const why = error instanceof Error ? error.message : 'its signature is not valid';
      throw new CacheProblem(401, 'Unauthorized', `The call is not authenticated: ${why}. Nothing was changed.`);
    }
    return true;
  }
}
