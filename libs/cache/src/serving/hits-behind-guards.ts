import { Injectable, type CanActivate, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { isObservable, lastValueFrom } from 'rxjs';

import type { CacheKey } from '../core/cache-key.js';
import { readyEntry } from '../core/coherent-cache.js';
import { cachedRouteConfigKey, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { answerHit, type FastifyHook, type FastifyReplyLike, type FastifyRequestLike } from './fastify-hit.js';
import { FastifyRoutes } from './fastify-routes.js';
import { parseMinimumVersion } from './minimum-version.js';
import { requestKey } from './request-key.js';
import { RouteSurvey, type CachedRoute } from './route-survey.js';

type GuardedRoute = CachedRoute & { readonly guards: readonly CanActivate[] };

/**
 * Answers hits on Fastify as soon as the route's guards have let the request through: same headers and bytes as the
 * interceptor, without what Nest does between guards and handler, which costs more than the answer itself.
 *
 * Only where nobody can tell the difference: the cache is the route's only interceptor, nothing of the route is made anew
 * for each request, the entry is not private, and no hook or serializer of Fastify has anything to do with the answer from
 * there on. Everything else goes the ordinary way, and so does every request that is
 * no hit: its guards run there, once. They run there a second time for a request that a guard refuses, so that Nest's
 * exception filters answer it, and where the entry was invalidated while a guard took its time.
 */
@Injectable()
export class HitsBehindGuards implements OnModuleInit {
  constructor(
    private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
    private readonly survey: RouteSurvey,
    private readonly fastifyRoutes: FastifyRoutes,
  ) {}

  onModuleInit(): void {
    const { config } = this.cache.runtime;
    const adapter = this.adapterHost.httpAdapter;
    if (!config.fastPath || adapter?.getType() !== 'fastify') return;
    const routes = this.routes();
    if (routes.size === 0) return;
    const early = new Map(routes);
    const hook = this.hookFor(early);
    this.fastifyRoutes.addHook('preHandler', hook);
    this.fastifyRoutes.whenReady(() => {
      for (const options of routes.keys())
        if (this.fastifyRoutes.stepsAfter(options, 'preHandler', hook).length > 0) early.delete(options);
    });
  }

  private routes(): ReadonlyMap<CachedOptions, GuardedRoute> {
    const all = this.survey.cachedRoutes();
    const eligible = all.filter((route): route is GuardedRoute => {
      const { options, guards } = route;
      // A handler that two controllers inherit has one set of options and two sets of guards.
      const isOne = all.filter((other) => other.options === options).length === 1;
      const isForAll = options.fastPath === undefined && options.scope !== 'private';
      return isOne && isForAll && guards !== undefined && this.survey.isCachedAlone(route);
    });
    return new Map(eligible.map((route) => [route.options, route]));
  }

  private hookFor(routes: ReadonlyMap<CachedOptions, GuardedRoute>): FastifyHook {
    return (request, reply, done) => {
      const options = request.routeOptions.config?.[cachedRouteConfigKey];
      const route = options === undefined ? undefined : routes.get(options);
      if (route === undefined || request.method !== 'GET') return done();
      const found = requestKey(route.options, request);
      if (found.kind === 'bypass' || !this.isHeld(found.key, request)) return done();
      const answer = (isAdmitted: boolean): void => {
        const hit = { request, reply, key: found.key, options: route.options, declared: route.declared };
        if (!isAdmitted || !answerHit(this.cache.runtime, hit)) done();
      };
      const admission = admit(route, request, reply);
      if (typeof admission === 'boolean') return answer(admission);
      // As above: what is thrown here is thrown again.
      void admission.then(answer, () => answer(false));
    };
  }

  private isHeld(key: CacheKey, request: FastifyRequestLike): boolean {
    const { state, scheduler, config } = this.cache.runtime;
    const minimum = parseMinimumVersion(request.headers[config.minimumVersionHeader]);
    return readyEntry(state, key, scheduler.now(), minimum)?.kind === 'value';
  }
}

/** As Nest's consumer of guards does it; synchronous as long as the guards are. */
function admit(
  { guards, controller, handler }: GuardedRoute,
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
): boolean | Promise<boolean> {
  if (guards.length === 0) return true;
  const context = new ExecutionContextHost([request, reply, undefined], controller as never, handler as never);
  context.setType('http');
  for (const [offset, guard] of guards.entries()) {
    let verdict: ReturnType<CanActivate['canActivate']>;
    try {
      verdict = guard.canActivate(context);
    } catch {
      // It throws again on the ordinary way, where the application's exception filters hear of it.
      return false;
    }
    if (typeof verdict !== 'boolean') return admitInTime(verdict, guards.slice(offset + 1), context);
    if (!verdict) return false;
  }
  return true;
}

async function admitInTime(
  first: ReturnType<CanActivate['canActivate']>,
  others: readonly CanActivate[],
  context: ExecutionContextHost,
): Promise<boolean> {
  if (!(await settled(first))) return false;
  for (const guard of others) if (!(await settled(guard.canActivate(context)))) return false;
  return true;
}

async function settled(verdict: ReturnType<CanActivate['canActivate']>): Promise<boolean> {
  const value: unknown = await verdict;
  return Boolean(isObservable(value) ? await lastValueFrom(value) : value);
}
