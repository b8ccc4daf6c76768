import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { fastPathConfigKey, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { parseMinimumVersion } from './minimum-version.js';
import { sharedKey } from './request-key.js';
import { RouteSurvey, type SkippedStep } from './route-survey.js';
import { writeHit, type RawResponse } from './write-hit.js';

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

const articled = { guard: 'a guard', interceptor: 'an interceptor' } as const;

/** The parts of Fastify that the fast path touches; its types would make Fastify a dependency. */
interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: FastRequest, reply: FastReply, done: () => void) => void): void;
}
interface FastRequest extends Pick<IncomingRequest, 'method' | 'params' | 'query'> {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly routeOptions: { readonly config?: { readonly [fastPathConfigKey]?: CachedOptions } };
}
interface FastReply {
  readonly raw: RawResponse;
  getHeaders(): Readonly<Record<string, string | number | readonly string[] | undefined>>;
  header(name: string, value: string): void;
  hijack(): void;
}

/**
 * Answers ready entries in a Fastify `onRequest` hook: same bytes and headers as the interceptor, without Nest's pipeline.
 * Skips pipes, other interceptors and guards; routes with guards or other interceptors, also global ones, are refused at
 * start. Everything that is not a hit goes the ordinary way.
 */
@Injectable()
export class FastPath implements OnModuleInit {
  constructor(
    private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
    private readonly survey: RouteSurvey,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    const routes = this.survey.cachedRoutes().filter(({ options }) => options.fastPath === true);
    if (!this.cache.runtime.config.fastPath || routes.length === 0 || adapter?.getType() !== 'fastify') return;
    for (const route of routes) {
      const skipped = this.survey.stepsBefore(route);
      if (skipped.length > 0) throw new FastPathRefusedError(route.name, skipped);
    }
    // Hooks count for routes that exist already, too: Fastify collects them when it becomes ready.
    adapter.getInstance<FastifyLike>().addHook('onRequest', (request, reply, done) => {
      if (!this.answered(request, reply)) done();
    });
  }

  private answered(request: FastRequest, reply: FastReply): boolean {
    const options = request.routeOptions.config?.[fastPathConfigKey];
    if (options === undefined || request.method !== 'GET') return false;
    if (request.headers['authorization'] !== undefined && options.public !== true) return false;
    const key = sharedKey(options, request);
    if (key === undefined) return false;
    const moreHeaders = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
    if (options.vary !== undefined && options.vary.length > 0) moreHeaders.push('vary', options.vary.join(', '));
    const { runtime } = this.cache;
    const minimum = parseMinimumVersion(request.headers[runtime.config.minimumVersionHeader]);
    const written = writeHit(runtime, reply.raw, {
      key,
      ifNoneMatch: request.headers['if-none-match'],
      minimum,
      moreHeaders,
    });
    if (written === undefined) return false;
    reply.hijack();
    // For hooks that log the answer; nothing is sent through the reply any more.
    reply.header('cache-status', written.cacheStatus);
    return true;
  }
}
