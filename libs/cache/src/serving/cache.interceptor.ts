import {
  Injectable,
  NotFoundException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { from, lastValueFrom, map, of, type Observable } from 'rxjs';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import type { CacheKey } from '../core/cache-key.js';
import { CacheProblem } from '../problem/problem.js';
import { CacheOverloadedError, FillTimeoutError, UnversionedValueError } from './cache-errors.js';
import { cacheStatus } from './cache-status.js';
import { cachedMetadata, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { absenceHeaders, answerOf } from './http-answer.js';
import type { Served } from './load-desk.js';
import { Absent, Versioned, type Loaded } from './loaded.js';

/** One request on its way through the interceptor. */
interface Exchange {
  readonly request: IncomingRequest;
  readonly response: unknown;
  readonly options: CachedOptions;
}

/**
 * Answers GET and HEAD of `@Cached` routes from the coherent cache, after the guards; other routes pass untouched.
 * Sends `ETag`, `Age`, `Cache-Status` (RFC 9211) and `Cache-Control: no-cache`, and 304 to a matching `If-None-Match`.
 * What the handler throws is never cached. A request's own `Cache-Control` is not obeyed: entries are never out of date
 * in a way that a reload would mend.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const options = this.reflector.get<CachedOptions | undefined>(cachedMetadata, context.getHandler());
    if (options === undefined || context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const exchange: Exchange = { request: http.getRequest<IncomingRequest>(), response: http.getResponse<unknown>(), options };

    const key = cacheKeyOf(exchange);
    if (key === undefined) return this.uncached(exchange, next);
    const served = this.cache.lookUp(key, async () => toLoaded(key, await lastValueFrom(next.handle())));
    if (!(served instanceof Promise)) return of(this.answer(exchange, served));
    return from(served.then((fetched) => this.answer(exchange, fetched), rejectAsHttp));
  }

  /** A name nobody knows, a request with credentials, a method that is not GET or HEAD: the handler alone answers. */
  private uncached(exchange: Exchange, next: CallHandler): Observable<unknown> {
    this.cache.runtime.counters.bypasses += 1;
    const detail = exchange.request.headers['authorization'] === undefined ? undefined : 'authorization';
    const as = { kind: 'forward', because: 'bypass', verdict: undefined, collapsed: false, detail } as const;
    this.setHeader(exchange, 'cache-status', cacheStatus(this.cache.runtime.config.name, as));
    return next.handle().pipe(
      map((result: unknown) => {
        if (result instanceof Absent) throw notFound(exchange);
        return result instanceof Versioned ? (result.value as unknown) : result;
      }),
    );
  }

  private answer(exchange: Exchange, served: Served): unknown {
    const answer = answerOf(this.cache.runtime, served, singleHeader(exchange.request, 'if-none-match'));
    if (answer === undefined) {
      for (const [name, value] of absenceHeaders(this.cache.runtime, served)) this.setHeader(exchange, name, value);
      throw notFound(exchange);
    }
    for (const [name, value] of answer.headers) this.setHeader(exchange, name, value);
    const { httpAdapter } = this.adapterHost;
    if (answer.status === 304) {
      httpAdapter.status(exchange.response, 304);
      return undefined;
    }
    // Nest's Express adapter would turn a Buffer into JSON.
    return httpAdapter.getType() === 'fastify' ? answer.representation.bytes : answer.representation.text;
  }

  private setHeader({ response }: Exchange, name: string, value: string): void {
    this.adapterHost.httpAdapter.setHeader(response, name, value);
  }
}

function cacheKeyOf({ request, options }: Exchange): CacheKey | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  // RFC 9111 §3.5: an answer to somebody who proved who they are may be meant for them alone.
  if (request.headers['authorization'] !== undefined && options.public !== true) return undefined;
  return options.key(request.params, request.query ?? {});
}

function toLoaded(key: CacheKey, result: unknown): Loaded<unknown> {
  if (result instanceof Versioned) return { value: result.value, ...result.version };
  if (result instanceof Absent) return { absent: true, ...result.version };
  throw new UnversionedValueError(key);
}

function notFound({ request, options }: Exchange): Error {
  return options.notFound?.(request.params) ?? new NotFoundException();
}

function rejectAsHttp(error: unknown): never {
  if (error instanceof CacheOverloadedError) throw new CacheProblem(503, 'Service Unavailable', error.message, { retryAfterSeconds: 1 });
  if (error instanceof FillTimeoutError) throw new CacheProblem(504, 'Gateway Timeout', error.message);
  throw error;
}

function singleHeader(request: IncomingRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
