import { type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { rawBodyOf, rawTargetOf } from '../http/raw-body.js';

import type { CallVerifier } from './hmac-authenticator.js';

const openRouteKey = Symbol.for('@toystore/service:open-route');
const senderKey = Symbol('sender of an internal call');

/**
 * Lets a handler or controller of an internal app be called without authentication. For answers that change nothing and
 * tell nothing: health and metrics.
 */
export const OpenRoute = (): ClassDecorator & MethodDecorator => SetMetadata(openRouteKey, true);

/** The authenticated sender of an internal call; `undefined` on open routes and public apps. */
export function senderOf(request: object): string | undefined {
  return (request as { [senderKey]?: string })[senderKey];
}

/**
 * The global guard of internal apps: every handler is behind it, whatever its path looks like on the wire, because it
 * stands behind the router and not before it.
 */
export class InternalCallGuard implements CanActivate {
  private readonly openRoutes = new Map<object, Map<object, boolean>>();

  constructor(private readonly verifier: CallVerifier) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.isOpenRoute(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { [senderKey]?: string }>();
    request[senderKey] = this.verifier.verify({
      method: request.method,
      path: rawTargetOf(request),
      headers: request.headers,
      body: rawBodyOf(request),
    });
    return true;
  }

  // Metadata never changes after start, and looking it up through the prototype chain costs as much as a hash.
  private isOpenRoute(context: ExecutionContext): boolean {
    const controller = context.getClass();
    const handler = context.getHandler();
    let ofController = this.openRoutes.get(controller);
    if (ofController === undefined) this.openRoutes.set(controller, (ofController = new Map()));
    let isOpenRoute = ofController.get(handler);
    // Both are part of the key: an inherited handler may be open in one controller and closed in another.
    if (isOpenRoute === undefined) ofController.set(handler, (isOpenRoute = isOpen(handler) || isOpen(controller)));
    return isOpenRoute;
  }
}

function isOpen(target: object): boolean {
  return Reflect.getMetadata(openRouteKey, target) === true;
}
