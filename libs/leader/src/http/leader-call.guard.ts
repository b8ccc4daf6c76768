import { type CanActivate, type ExecutionContext, HttpException, Injectable } from '@nestjs/common';
import type { CallHeaders } from '../group/call-authenticator.js';
import { LeaderGroups } from '../hosting/leader-groups.js';
import { keptBody } from '../hosting/raw-body.js';

interface IncomingCall {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: CallHeaders;
  readonly params?: { readonly group?: string };
  readonly body?: unknown;
}

/** Has the group's authenticator verify each call to this package's routes, where it verifies calls at all. */
@Injectable()
export class LeaderCallGuard implements CanActivate {
  constructor(private readonly groups: LeaderGroups) {}

  canActivate(context: ExecutionContext): boolean {
    const call = context.switchToHttp().getRequest<IncomingCall>();
    const { auth } = (this.groups.find(call.params?.group) ?? this.groups.all[0])?.config ?? { auth: 'none' as const };
    if (auth === 'none' || auth.verify === undefined) return true;
    const body = keptBody(call);
    if (body === undefined)
      throw new HttpException(
        "The body's exact bytes are needed to verify this call: create the application with { rawBody: true }.",
        500,
      );
    try {
      auth.verify({ method: call.method, path: call.originalUrl ?? call.url, headers: call.headers, body });
    } catch (cause) {
      if (cause instanceof HttpException) throw cause;
      throw new HttpException(
        {
          type: 'about:blank',
          title: 'Unauthorized',
          status: 401,
          detail: 'The call could not be verified; nothing was done.',
        },
        401,
        { cause },
      );
    }
    return true;
  }
}
