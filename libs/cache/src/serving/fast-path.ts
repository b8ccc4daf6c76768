import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, DiscoveryService, HttpAdapterHost, MetadataScanner } from '@nestjs/core';

import { cachedMetadata, fastPathConfigKey, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { writeHit, type RawResponse } from './write-hit.js';

/** A route asks for the fast path and has a guard, which the fast path would skip. */
export class FastPathRefusedError extends Error {
  override readonly name = 'FastPathRefusedError';
  readonly code = 'cache_fast_path_refused';
  readonly definite = true;

  constructor(readonly route: string) {
    super(
      `${route} is @Cached({ fastPath: true }) and has a guard: answering in front of Nest's pipeline would skip it. ` +
        'Leave fastPath out there, or take the guard away.',
    );
  }
}

/** The parts of Fastify that the fast path touches; its types would make Fastify a dependency. */
interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: FastRequest, reply: FastReply, done: () => void) => void): void;
}
interface FastRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
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
 * Skips pipes, other interceptors and guards; routes with guards are refused at start. Everything that is not a hit goes
 * the ordinary way.
 */
@Injectable()
export class FastPath implements OnModuleInit {
  constructor(
    private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly application: ApplicationConfig,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    const routes = this.fastRoutes();
    if (!this.cache.runtime.config.fastPath || routes.length === 0 || adapter?.getType() !== 'fastify') return;
    const globalGuards = this.application.getGlobalGuards().length + this.application.getGlobalRequestGuards().length;
    for (const { name, guarded } of routes) if (guarded || globalGuards > 0) throw new FastPathRefusedError(name);
    // Hooks count for routes that exist already, too: Fastify collects them when it becomes ready.
    adapter.getInstance<FastifyLike>().addHook('onRequest', (request, reply, done) => {
      if (!this.answered(request, reply)) done();
    });
  }

  private answered(request: FastRequest, reply: FastReply): boolean {
    const options = request.routeOptions.config?.[fastPathConfigKey];
    if (options === undefined || request.method !== 'GET') return false;
    if (request.headers['authorization'] !== undefined && options.public !== true) return false;
    const key = options.key(request.params, request.query);
    if (key === undefined) return false;
    const moreHeaders = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
    const written = writeHit(this.cache.runtime, reply.raw, { key, ifNoneMatch: request.headers['if-none-match'], moreHeaders });
    if (written === undefined) return false;
    reply.hijack();
    // For hooks that log the answer; nothing is sent through the reply any more.
    reply.header('cache-status', written.cacheStatus);
    return true;
  }

  private fastRoutes(): { readonly name: string; readonly guarded: boolean }[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (instance === null || typeof instance !== 'object' || metatype === null) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
        const handler = prototype[methodName];
        if (typeof handler !== 'function') return [];
        const options = Reflect.getMetadata(cachedMetadata, handler) as CachedOptions | undefined;
        if (options?.fastPath !== true) return [];
        const guarded = [metatype, handler].some((target) => ((Reflect.getMetadata(GUARDS_METADATA, target) as unknown[]) ?? []).length > 0);
        return [{ name: `${metatype.name}.${methodName}`, guarded }];
      });
    });
  }
}
