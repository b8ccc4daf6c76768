import { Controller, Delete, HttpCode, Inject, Post, Put, Req, UseFilters, UseGuards } from '@nestjs/common';

import { CallAuthGuard, type IncomingRequest } from '../calls/call-auth.guard.js';
import { parseSession } from '../core/session.js';
import { CacheProblem, CacheProblemFilter, invalidMessage } from '../problem/problem.js';
import {
  isSubscriberId,
  parseHeartbeatRequest,
  parseSubscribeRequest,
  type HeartbeatAnswer,
  type SubscribeAnswer,
} from '../protocol/subscriber-messages.js';
import { CachePublisher } from './cache-publisher.js';
import { mayCallBack } from './callback-hosts.js';
import { PublisherNotOpenError, PublisherStoppedError } from './publisher-errors.js';
import type { PublisherConfig } from './publisher-options.js';

export const PUBLISHER_CONFIG = Symbol('quorumkit:cache:publisher-config');

/** Where caches subscribe and keep their leases. Reads the raw request, so that the host's pipes have no say in it. */
@Controller('subscribers')
@UseGuards(CallAuthGuard)
@UseFilters(CacheProblemFilter)
export class SubscribersController {
  constructor(
    private readonly publisher: CachePublisher,
    @Inject(PUBLISHER_CONFIG) private readonly config: PublisherConfig,
  ) {}

  @Post()
  @HttpCode(201)
  subscribe(@Req() { body }: IncomingRequest): SubscribeAnswer {
    const parsed = parseSubscribeRequest(body);
    if (!parsed.ok) throw invalidMessage(parsed.problems);
    const { session: sessionName, ...subscriber } = parsed.value;
    const session = parseSession(sessionName);
    if (session === undefined || !mayCallBack(this.config.callbackHosts, subscriber.callbackUrl)) {
      throw invalidMessage([
        { pointer: '/callbackUrl', detail: 'is not a URL this service may call back (callbackHosts)' },
      ]);
    }
    const decision = whenOpen(() =>
      this.publisher.subscribe({ ...subscriber, session, capability: subscriber.capability }),
    );
    switch (decision.kind) {
      case 'granted':
        return { epoch: decision.epoch, grant: decision.grant, heartbeatMs: this.config.heartbeatMs };
      case 'superseded':
        throw new CacheProblem(
          409,
          'Conflict',
          'A later session of this instance is subscribed already. Nothing was changed.',
        );
      case 'full':
        throw new CacheProblem(
          503,
          'Service Unavailable',
          `${this.config.subscribersMax} sessions are subscribed already. Nothing was changed.`,
          {
            retryAfterSeconds: 1,
          },
        );
    }
  }

  @Put(':id/heartbeat')
  heartbeat(@Req() { params, body }: IncomingRequest): HeartbeatAnswer {
    const parsed = parseHeartbeatRequest(body);
    if (!parsed.ok) throw invalidMessage(parsed.problems);
    const subscriberId = subscriberIdOf(params);
    const decision = whenOpen(() => this.publisher.heartbeat({ subscriberId, ...parsed.value }));
    if (decision.kind === 'void') {
      throw new CacheProblem(
        410,
        'Gone',
        'This session is not subscribed (any more). Empty the cache and register a new one.',
      );
    }
    return {
      epoch: decision.epoch,
      leaseMs: decision.leaseMs,
      sequence: decision.sequence,
      invalidations: decision.invalidations,
    };
  }

  @Delete(':id')
  @HttpCode(204)
  unsubscribe(@Req() { params, query }: IncomingRequest): void {
    subscriberIdOf(params);
    const session = query?.['session'];
    if (typeof session !== 'string' || parseSession(session) === undefined) {
      throw invalidMessage([{ pointer: '/session', detail: 'must be the session to end' }]);
    }
    whenOpen(() => this.publisher.unsubscribe(session));
  }
}

function subscriberIdOf(params: Readonly<Record<string, string>>): string {
  const id = params['id'] ?? '';
  if (!isSubscriberId(id))
    throw invalidMessage([{ pointer: '/id', detail: 'must be 1 to 128 visible ASCII characters' }]);
  return id;
}

function whenOpen<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof PublisherNotOpenError || error instanceof PublisherStoppedError)) throw error;
    throw new CacheProblem(
      503,
      'Service Unavailable',
      'This service is not ready for subscribers at present. Nothing was changed.',
      { retryAfterSeconds: 1 },
    );
  }
}
