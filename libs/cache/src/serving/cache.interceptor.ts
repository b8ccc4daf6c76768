import {
  HttpException,
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
import type { KeepTerms } from '../core/coherent-cache.js';
import { CacheProblem } from '../problem/problem.js';
import { CacheOverloadedError, FillTimeoutError, UnversionedValueError } from './cache-errors.js';
import { cacheStatus } from './cache-status.js';
import { cachedMetadata, type CachedOptions } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { logBypass, logDecision } from './decision-log.js';
import { absenceHeaders, answerOf, routeHeaders, type AskedFor } from './http-answer.js';
import type { LookUp, Served } from './load-desk.js';
import { Absent, Versioned, type Loaded } from './loaded.js';
import { mergedVary } from './merged-vary.js';
import { parseMinimumVersion } from './minimum-version.js';
import { requestKey, sharedKey, type BypassReason } from './request-key.js';

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
 * in a way that a reload would mend. Who wants to be sure of something newer sends `Min-Version`.
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
    const exchange: Exchange = {
      request: http.getRequest<IncomingRequest>(),
      response: http.getResponse<unknown>(),
      options,
    };

    const found = requestKey(options, exchange.request);
    if (found.kind === 'bypass') return this.uncached(exchange, next, found.because);
    const { key } = found;
    const how = this.lookUpFor(exchange);
    logDecision(this.cache.runtime, key, how.minimum);
    const served = this.cache.lookUp(key, async () => toLoaded(key, await lastValueFrom(next.handle())), how);
    if (!(served instanceof Promise)) return of(this.answer(exchange, key, served));
    const failed = (error: unknown): never => {
      this.setRouteHeaders(exchange);
      return rejectAsHttp(error);
    };
    return from(served.then((fetched) => this.answer(exchange, key, fetched), failed));
  }

  private lookUpFor({ request, options }: Exchange): LookUp {
    const { groups } = options;
    return {
      minimum: parseMinimumVersion(request.headers[this.cache.runtime.config.minimumVersionHeader]),
      keep: keepTermsOf(options),
      groups: typeof groups === 'function' ? groups(request.params, request.query ?? {}) : groups,
      mayHide: isServerFault,
    };
  }

  /** A name nobody knows, a request with credentials, a method that is not GET or HEAD: the handler alone answers. */
  private uncached(exchange: Exchange, next: CallHandler, because: BypassReason): Observable<unknown> {
    const { counters, config } = this.cache.runtime;
    counters.bypasses += 1;
    const { method, url } = exchange.request;
    logBypass(this.cache.runtime, `${method} ${url}`, bypassReasons[because]);
    this.noteBypass(exchange, because);
    this.setHeader(exchange, 'cache-status', cacheStatus(config.name, { kind: 'bypass', because }));
    this.setRouteHeaders(exchange);
    return next.handle().pipe(
      map((result: unknown) => {
        if (result instanceof Absent) throw notFound(exchange);
        return result instanceof Versioned ? (result.value as unknown) : result;
      }),
    );
  }

  /** Under the key that the request would have had; a name that the route does not know has none. */
  private noteBypass({ options, request }: Exchange, because: BypassReason): void {
    const key = because === 'name' ? undefined : sharedKey(options, request);
    if (key === undefined || because === 'name') return;
    this.cache.runtime.past.note(key, because, this.cache.runtime.scheduler.now());
  }

  private answer(exchange: Exchange, key: CacheKey, served: Served): unknown {
    const asked: AskedFor = {
      key,
      options: exchange.options,
      ifNoneMatch: singleHeader(exchange.request, 'if-none-match'),
    };
    const answer = answerOf(this.cache.runtime, served, asked);
    if (answer === undefined) {
      for (const [name, value] of absenceHeaders(this.cache.runtime, served, asked))
        this.setHeader(exchange, name, value);
      throw notFound(exchange);
    }
    for (const [name, value] of answer.headers) this.setHeader(exchange, name, value);
    const { httpAdapter } = this.adapterHost;
    if (answer.status === 304) {
      httpAdapter.status(exchange.response, 304);
      return undefined;
    }
    return answer.body;
  }

  private setRouteHeaders(exchange: Exchange): void {
    for (const [name, value] of routeHeaders(exchange.options)) this.setHeader(exchange, name, value);
  }

  private setHeader({ response }: Exchange, name: string, value: string): void {
    const { httpAdapter } = this.adapterHost;
    const others = name === 'vary' ? (httpAdapter.getHeader(response, name) as unknown) : undefined;
    httpAdapter.setHeader(response, name, others === undefined ? value : mergedVary(others, value));
  }
}

const bypassReasons = {
  method: 'only GET and HEAD are answered from the cache.',
  authorization: 'the request carries Authorization and the route is neither public nor private.',
  user: 'the route is private and its user function does not know who asks.',
  name: "the route's key function knows no such name.",
} satisfies Record<BypassReason, string>;

const keepTerms = new WeakMap<CachedOptions, KeepTerms>();

/** The same object for every request of a route. */
function keepTermsOf(options: CachedOptions): KeepTerms {
  const known = keepTerms.get(options);
  if (known !== undefined) return known;
  const { ttlMs, negativeTtlMs, staleWhileRevalidateMs, staleIfErrorMs, scope } = options;
  const terms = { ttlMs, negativeTtlMs, staleWhileRevalidateMs, staleIfErrorMs, scope };
  keepTerms.set(options, terms);
  return terms;
}

function toLoaded(key: CacheKey, result: unknown): Loaded<unknown> {
  if (result instanceof Versioned) return { value: result.value, groups: result.groups, ...result.version };
  if (result instanceof Absent) return { absent: true, groups: result.groups, ...result.version };
  throw new UnversionedValueError(key);
}

function notFound({ request, options }: Exchange): Error {
  return options.notFound?.(request.params) ?? new NotFoundException();
}

/** RFC 5861 §4: an old answer may stand in for 5xx and for no answer at all, never for what the owner says about the request. */
function isServerFault(error: unknown): boolean {
  return !(error instanceof HttpException) || error.getStatus() >= 500;
}

function rejectAsHttp(error: unknown): never {
  if (error instanceof CacheOverloadedError)
    throw new CacheProblem(503, 'Service Unavailable', error.message, { retryAfterSeconds: 1 });
  if (error instanceof FillTimeoutError) throw new CacheProblem(504, 'Gateway Timeout', error.message);
  throw error;
}

function singleHeader(request: IncomingRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
