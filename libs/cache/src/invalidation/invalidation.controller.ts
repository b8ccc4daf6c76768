import { Controller, Delete, Get, HttpCode, Inject, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { CallAuthGuard, type IncomingRequest } from '../calls/call-auth.guard.js';
import { isEntryKey } from '../core/cache-key.js';
import { CacheProblem, CacheProblemFilter, invalidMessage } from '../problem/problem.js';
import type { CacheExplanation } from '../serving/cache-report.js';
import { CoherentCache } from '../serving/coherent-cache.service.js';
import { applyInvalidation, isCapable } from './apply-invalidation.js';
import { invalidationHeaders, parseInvalidation } from './invalidation-request.js';

export const INVALIDATED_CACHE = Symbol('quorumkit:cache:invalidated-cache');

/** The owner's DELETE. Applying it and answering it are one synchronous turn: 204 means that nothing older is served from now on. */
@Controller('cache')
@UseGuards(CallAuthGuard)
@UseFilters(CacheProblemFilter)
export class InvalidationController {
  constructor(
    @Inject(INVALIDATED_CACHE) private readonly cache: CoherentCache,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Delete(':collection/:name')
  @HttpCode(204)
  invalidateKey(@Req() request: IncomingRequest, @Res({ passthrough: true }) response: unknown): void {
    this.apply(request, response);
  }

  @Delete(':collection')
  @HttpCode(204)
  invalidateCollection(@Req() request: IncomingRequest, @Res({ passthrough: true }) response: unknown): void {
    this.apply(request, response);
  }

  /** Why a request for the key would be answered the way it would be, now; with `epoch` and `sequence`, for who has seen that version. */
  @Get('explain/:collection/:name')
  explain(@Req() request: IncomingRequest): CacheExplanation {
    this.checkCapability(request);
    const parsed = parseInvalidation(request);
    if (!parsed.ok) throw invalidMessage(parsed.problems);
    const { key, version } = parsed.value;
    if (isEntryKey(key)) return this.cache.explain(key, version);
    throw invalidMessage([{ pointer: '/name', detail: 'must name one entry, not a group or a collection' }]);
  }

  private apply(request: IncomingRequest, response: unknown): void {
    this.checkCapability(request);
    const parsed = parseInvalidation(request);
    if (!parsed.ok) throw invalidMessage(parsed.problems);
    const { applied, session } = applyInvalidation(this.cache, parsed.value);
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, invalidationHeaders.applied, applied);
    httpAdapter.setHeader(response, invalidationHeaders.session, session);
  }

  private checkCapability({ headers }: IncomingRequest): void {
    if (isCapable(this.cache.runtime, headers[invalidationHeaders.capability])) return;
    throw new CacheProblem(
      401,
      'Unauthorized',
      'The call does not carry the capability of this cache. Nothing was changed.',
    );
  }
}
