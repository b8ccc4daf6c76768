import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { CacheKey } from '../core/cache-key.js';
import { cachedRouteConfigKey, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { answerHit, type FastifyHook, type FastifyRequestLike } from './fastify-hit.js';
import { sharedKey } from './request-key.js';
import { FastifyRoutes } from './fastify-routes.js';
import { RouteSurvey, type SkippedStep } from './route-survey.js';

/** A route asks for the fast path and has something in front of its handler that the fast path would skip. */
export class FastPathRefusedError extends Error {
  override readonly name = 'FastPathRefusedError';
  readonly code = 'cache_fast_path_refused';
  readonly definite = true;

  constructor(
    readonly route: string,
    readonly skipped: readonly SkippedStep[],
  ) {
    super(
      `${route} is to be answered on a fast path and has ${skipped.map(({ kind, where, name }) => `${articled[kind]} (${name}, ${where})`).join(', ')}: ` +
        "answering in front of Nest's pipeline would skip it. Leave the fast path out there, or take the " +
        `${[...new Set(skipped.map(({ kind }) => kind))].join(' and the ')} away.`,
    );
  }
}

const articled = {
  guard: 'a guard',
  interceptor: 'an interceptor',
  decorator: 'a decorator of its answer',
  hook: 'a Fastify hook',
  serializer: 'a serializer of its own',
} as const;

/**
 * Answers ready entries in a Fastify `onRequest` hook: same bytes and headers as the interceptor, without Nest's pipeline.
 * Skips pipes, other interceptors and guards; routes with guards or other interceptors, also global ones, are refused at
 * start, and so are routes with hooks that would not see the answer. Everything that is not a hit goes the ordinary way.
 */
@Injectable()
export class FastPath implements OnModuleInit {
  constructor(
    private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
    private readonly survey: RouteSurvey,
    private readonly fastifyRoutes: FastifyRoutes,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    const routes = this.survey.cachedRoutes().filter(({ options }) => options.fastPath === true);
    if (!this.cache.runtime.config.fastPath || routes.length === 0 || adapter?.getType() !== 'fastify') return;
    for (const route of routes) {
      const skipped = this.survey.stepsBefore(route);
      if (skipped.length > 0) throw new FastPathRefusedError(route.name, skipped);
    }
    const { runtime } = this.cache;
    const declared = new Map(routes.map((route) => [route.options, route.declared]));
    const hook: FastifyHook = (request, reply, done) => {
      const options = request.routeOptions.config?.[cachedRouteConfigKey];
      const answer = options === undefined ? undefined : declared.get(options);
      const key = options === undefined || answer === undefined ? undefined : keyOf(options, request);
      if (
        options === undefined ||
        answer === undefined ||
        key === undefined ||
        !answerHit(runtime, { request, reply, key, options, declared: answer })
      )
        done();
    };
    this.fastifyRoutes.addHook('onRequest', hook);
    this.fastifyRoutes.whenReady(() => {
      for (const { name, options } of routes) {
        const skipped = this.fastifyRoutes.stepsAfter(options, 'onRequest', hook);
        if (skipped.length > 0) throw new FastPathRefusedError(name, skipped);
      }
    });
  }
}

/** Undefined for what is not answered here. */
function keyOf(options: CachedOptions, request: FastifyRequestLike): CacheKey | undefined {
  if (request.method !== 'GET') return undefined;
  if (request.headers['authorization'] !== undefined && options.public !== true) return undefined;
  return sharedKey(options, request);
}
