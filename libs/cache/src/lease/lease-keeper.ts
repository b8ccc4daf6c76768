import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import type { HttpAnswer, HttpCaller } from '../calls/http-caller.js';
import type { Cancel } from '../calls/scheduler.js';
import {
  beginSession,
  endSession,
  takeGrant,
  takeLeaseAnswer,
  type PendingInvalidation,
} from '../core/cache-session.js';
import type { Grant } from '../core/lease.js';
import { formatSession } from '../core/session.js';
import type { Parsed } from '../protocol/shape.js';
import {
  parseHeartbeatAnswer,
  parseSubscribeAnswer,
  type HeartbeatRequest,
  type SubscribeRequest,
} from '../protocol/subscriber-messages.js';
import type { CacheRuntime } from '../serving/cache-runtime.js';

/** Answers outside the protocol. Says what came, so that a wrong address or a wrong secret is found. */
class UnexpectedLeaseAnswer extends Error {
  override readonly name = 'UnexpectedLeaseAnswer';
}

/**
 * Keeps the lease: registers with the owner of the data, sends heartbeats, applies what their answers bring, and when
 * the session is lost empties the cache *before* it registers anew. One call at a time, each with a timeout; it heals
 * by itself. Without it, or while it fails, the cache serves nothing and every request goes to the owner.
 */
@Injectable()
export class LeaseKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LeaseKeeper.name);
  private ordinal = 0;
  private lastTurnAt = -Infinity;
  private registered: { readonly session: string; readonly grant: Grant } | undefined;
  private acknowledge: readonly PendingInvalidation[] = [];
  private heartbeatMs: number;
  /** Longer than a heartbeat's interval: a slow answer still counts from when it was asked for. */
  private callTimeoutMs: number;
  private loop: Promise<void> | undefined;
  private stopping = false;
  private failing = false;
  /** Of the last session; nothing before the first one. */
  private lastEpoch: number | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly runtime: CacheRuntime,
    private readonly owner: HttpCaller,
  ) {
    this.heartbeatMs = runtime.config.heartbeatMs;
    this.callTimeoutMs = this.heartbeatMs * 2;
    runtime.onEpochAhead = () => this.hurry();
  }

  onApplicationBootstrap(): void {
    if (this.runtime.config.autoStart) this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Starts registering and keeps at it. Once; further calls change nothing. */
  start(): void {
    if (!this.stopping) this.loop ??= this.keepAtIt();
  }

  /** Stops the heartbeats, empties the cache, gives the lease back so that no mutation waits for it, closes the connections. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.wake();
    endSession(this.runtime.state);
    await this.loop;
    await this.giveBack();
    await this.owner.close();
  }

  private async keepAtIt(): Promise<void> {
    while (!this.stopping) {
      const pauseMs = await this.turn();
      if (pauseMs > 0 && !this.stopping) await this.pause(pauseMs);
    }
  }

  /** One registration or heartbeat. Returns how long to wait before the next. */
  private async turn(): Promise<number> {
    this.lastTurnAt = this.runtime.scheduler.now();
    try {
      const pauseMs = this.registered === undefined ? await this.register() : await this.beat(this.registered);
      if (this.failing) this.logger.log(`${this.runtime.config.origin.url} answers again; the cache is in use.`);
      this.failing = false;
      return pauseMs;
    } catch (error) {
      this.runtime.counters.heartbeatsFailed += 1;
      if (!this.failing && !this.stopping) {
        this.logger.warn(
          `No lease from ${this.runtime.config.origin.url}: ${error instanceof Error ? error.message : String(error)} ` +
            'Requests go to the owner when the present lease ends; trying on.',
        );
      }
      this.failing = true;
      return this.untilNext(this.lastTurnAt);
    }
  }

  /** Heartbeats keep their interval from sending to sending, with a breath in between. */
  private untilNext(sentAt: number): number {
    return Math.max(Math.min(20, this.heartbeatMs), this.heartbeatMs - (this.runtime.scheduler.now() - sentAt));
  }

  private async register(): Promise<number> {
    const { state, counters, config, instance, capability } = this.runtime;
    this.ordinal += 1;
    const session = formatSession({ instance, ordinal: this.ordinal });
    beginSession(state, session);
    this.acknowledge = [];
    const body: SubscribeRequest = { id: config.subscriberId, session, callbackUrl: config.callbackUrl(), capability };

    const answer = await this.owner.call({ method: 'POST', path: '/subscribers', body, timeoutMs: this.callTimeoutMs });

    const granted = bodyOf(answer, 201, parseSubscribeAnswer);
    const { epoch } = granted;
    counters[
      this.lastEpoch === undefined
        ? 'flushesAtStart'
        : epoch === this.lastEpoch
          ? 'flushesForSession'
          : 'flushesForEpoch'
    ] += 1;
    this.lastEpoch = epoch;
    const grant = { epoch, number: granted.grant };
    // Stopped meanwhile: then it is only given back.
    takeGrant(state, session, grant);
    this.registered = { session, grant };
    this.heartbeatMs = Math.max(10, Math.min(config.heartbeatMs, granted.heartbeatMs));
    this.callTimeoutMs = this.heartbeatMs * 2;
    // The lease comes with the first heartbeat.
    return 0;
  }

  private async beat({ session, grant }: { readonly session: string; readonly grant: Grant }): Promise<number> {
    const { state, config, scheduler } = this.runtime;
    const { epoch, number } = grant;
    const body: HeartbeatRequest = { session, epoch, grant: number, acknowledged: this.acknowledge };
    const sentAt = scheduler.now();

    const path = `/subscribers/${encodeURIComponent(config.subscriberId)}/heartbeat`;
    const answer = await this.owner.call({ method: 'PUT', path, body, timeoutMs: this.callTimeoutMs });

    if (answer.status === 404 || answer.status === 410) return this.loseSession(sentAt);
    const kept = bodyOf(answer, 200, parseHeartbeatAnswer);
    const outcome = takeLeaseAnswer(state, { session, sentAt, receivedAt: scheduler.now(), ...kept });
    if (this.stopping) return 0;
    if (outcome.kind !== 'applied') return this.loseSession(sentAt);
    for (const applied of outcome.applied) this.runtime.invalidations.add('heartbeat', applied);
    this.acknowledge = outcome.acknowledge;
    // Somebody may be waiting for the acknowledgement of news that no DELETE has brought.
    return outcome.news ? Math.min(20, this.heartbeatMs) : this.untilNext(sentAt);
  }

  /** An invalidation may have been missed. `register` empties the cache before it says a word. */
  private loseSession(sentAt: number): number {
    this.runtime.counters.sessionVoids += 1;
    this.registered = undefined;
    // One that never got a lease is no reason to hurry, or two sides that disagree would keep each other busy.
    return this.runtime.state.lease.kind === 'held' ? 0 : this.untilNext(sentAt);
  }

  /** The owner seems to have restarted: find out now. Not more often than every 50 ms, whatever the traffic. */
  private hurry(): void {
    if (this.runtime.scheduler.now() - this.lastTurnAt >= 50) this.wake();
  }

  private async giveBack(): Promise<void> {
    if (this.registered === undefined) return;
    const { config } = this.runtime;
    const path = `/subscribers/${encodeURIComponent(config.subscriberId)}?session=${this.registered.session}`;
    this.registered = undefined;
    try {
      await this.owner.call({ method: 'DELETE', path, timeoutMs: this.heartbeatMs });
    } catch (error) {
      this.logger.debug(`The lease was not given back and runs out by itself: ${String(error)}`);
    }
  }

  private async pause(pauseMs: number): Promise<void> {
    let cancel: Cancel = () => undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      cancel = this.runtime.scheduler.after(pauseMs, resolve);
    });
    this.wake = () => undefined;
    cancel();
  }
}

function bodyOf<T>(answer: HttpAnswer, status: number, parse: (body: unknown) => Parsed<T>): T {
  if (answer.status !== status) {
    throw new UnexpectedLeaseAnswer(
      `It answered ${answer.status} instead of ${status}: ${answer.body.toString('utf8', 0, 300)}`,
    );
  }
  const parsed = parse(JSON.parse(answer.body.toString('utf8')));
  if (parsed.ok) return parsed.value;
  throw new UnexpectedLeaseAnswer(
    `Its answer is not understood: ${parsed.problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`,
  );
}
