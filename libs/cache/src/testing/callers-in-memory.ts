import type { HttpAdapterHost } from '@nestjs/core';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import type { HttpAnswer, HttpCall, HttpCaller } from '../calls/http-caller.js';
import type { Scheduler } from '../calls/scheduler.js';
import type { CoherenceRules } from '../core/coherence-rules.js';
import { ownerRules, type OwnerRules } from '../core/owner-rules.js';
import { InvalidationController } from '../invalidation/invalidation.controller.js';
import { LeaseKeeper } from '../lease/lease-keeper.js';
import { CacheProblem } from '../problem/problem.js';
import { CachePublisher } from '../publishing/cache-publisher.js';
import { parsePublisherOptions } from '../publishing/parse-publisher-options.js';
import { createPublisherCounters } from '../publishing/publisher-metrics.js';
import type { CachePublisherOptions } from '../publishing/publisher-options.js';
import { SubscriberCalls } from '../publishing/subscriber-calls.js';
import { SubscribersController } from '../publishing/subscribers.controller.js';
import type { CoherentCacheOptions } from '../serving/cache-options.js';
import { createRuntime } from '../serving/cache-runtime.js';
import { CoherentCache } from '../serving/coherent-cache.service.js';
import { parseCacheOptions } from '../serving/parse-cache-options.js';

/** Answers a call of this package's protocol without HTTP; synchronous, as the handlers are. */
export type CallDesk = (call: HttpCall) => HttpAnswer;

/**
 * The owner's side over a network of the caller's own: the real publisher, and the real controller as a desk.
 *
 * @param ports.callerOf makes the way to one subscriber, by its id
 * @param ports.rules in place of the real ones, for model checks
 */
export function createPublisherInMemory(
  options: Omit<CachePublisherOptions, 'auth' | 'metrics'>,
  ports: {
    readonly scheduler: Scheduler;
    readonly callerOf: (subscriberId: string) => HttpCaller;
    readonly rules?: Partial<OwnerRules> | undefined;
  },
): { readonly publisher: CachePublisher; readonly desk: CallDesk } {
  const config = parsePublisherOptions({ ...options, auth: 'none', callbackHosts: 'any', metrics: false });
  const calls = new SubscriberCalls(({ id }) => ports.callerOf(id), config.deliveryTimeoutMs);
  const publisher = new CachePublisher({
    config,
    scheduler: ports.scheduler,
    calls,
    counters: createPublisherCounters(false),
    rules: { ...ownerRules, ...ports.rules },
  });
  const controller = new SubscribersController(publisher, config);
  const desk: CallDesk = (call) =>
    answering(call.method === 'POST' ? 201 : 200, () => {
      const request = requestOf(call, 'subscribers');
      if (call.method === 'POST') return controller.subscribe(request);
      if (call.method === 'PUT') return controller.heartbeat(request);
      controller.unsubscribe(request);
      return {};
    });
  return { publisher, desk };
}

/**
 * A cache with its lease keeper over a network of the caller's own, and the real handler of the owner's DELETE as a desk.
 *
 * @param ports.rules in place of the real ones, for model checks
 */
export function createSubscriberInMemory(
  options: Omit<CoherentCacheOptions, 'auth' | 'metrics' | 'origin' | 'callbackUrl'>,
  ports: {
    readonly scheduler: Scheduler;
    readonly owner: HttpCaller;
    readonly rules?: Partial<CoherenceRules> | undefined;
  },
): { readonly cache: CoherentCache; readonly lease: LeaseKeeper; readonly desk: CallDesk } {
  const addresses = { origin: { url: 'http://127.0.0.1:9', receiver: 'owner' }, callbackUrl: 'http://127.0.0.1:9' };
  const config = parseCacheOptions({ ...options, ...addresses, auth: 'none', metrics: false });
  const runtime = createRuntime(config, ports.scheduler);
  const state = { ...runtime.state, rules: { ...runtime.state.rules, ...ports.rules } };
  const cache = new CoherentCache({ ...runtime, state });
  const desk: CallDesk = (call) => {
    const headers: Record<string, string> = {};
    const adapter = {
      httpAdapter: { setHeader: (_response: unknown, name: string, value: string) => void (headers[name] = value) },
    };
    const controller = new InvalidationController(cache, adapter as unknown as HttpAdapterHost);
    const answer = answering(204, () => void controller.invalidateKey(requestOf(call, 'cache'), undefined));
    return { ...answer, headers };
  };
  return { cache, lease: new LeaseKeeper(cache.runtime, ports.owner), desk };
}

/** Path parameters by position, as the two controllers name them. */
function requestOf({ method, path, headers = {}, body }: HttpCall, root: 'cache' | 'subscribers'): IncomingRequest {
  const url = new URL(path, 'http://127.0.0.1');
  const [, first, second] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const params: Record<string, string> =
    root === 'cache' ? { collection: first ?? '', name: second ?? '' } : { id: first ?? '' };
  const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  return { method, url: path, headers, params, query: Object.fromEntries(url.searchParams), body: sent };
}

function answering(status: number, handle: () => unknown): HttpAnswer {
  try {
    return { status, headers: {}, body: Buffer.from(JSON.stringify(handle() ?? {})) };
  } catch (error) {
    if (!(error instanceof CacheProblem)) throw error;
    return { status: error.getStatus(), headers: {}, body: Buffer.from(JSON.stringify(error.getResponse())) };
  }
}
