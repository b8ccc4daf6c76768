import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import type { Cancel, Scheduler } from '../calls/scheduler.js';
import { isCacheKey, type CacheKey } from '../core/cache-key.js';
import { invariant, unreachable } from '../core/invariant.js';
import type { OwnerRules } from '../core/owner-rules.js';
import { openLedger, type MutationId, type SubscriberFacts, type SubscriberLedger } from '../core/ledger-state.js';
import {
  acknowledge,
  adoptWaiting,
  announce,
  answeredAs,
  heartbeat,
  lastLeaseEnd,
  nextLedgerDeadline,
  retryDelivery,
  subscribe,
  takeDeliveries,
  takeReleased,
  unsubscribe,
  type Announcement,
  type Delivery,
  type Heartbeat,
  type HeartbeatDecision,
  type SubscribeDecision,
} from '../core/subscriber-ledger.js';
import { isVersionPart, type Version } from '../core/version.js';
import { planLeases, type LeaseRecord } from './lease-record.js';
import {
  PublisherNotOpenError,
  PublisherOverloadedError,
  PublisherStoppedError,
  UnusableCacheKeyError,
  UnusableSequenceError,
} from './publisher-errors.js';
import type { PublisherCounters } from './publisher-metrics.js';
import type { AcknowledgementMode, PublisherConfig } from './publisher-options.js';
import { StallWatch } from './stall-watch.js';
import type { SubscriberCalls } from './subscriber-calls.js';

/** What a mutation did. `sequence` is the owner's position after it: reads from then on carry at least this. */
export interface Committed<T> {
  readonly sequence: number;
  readonly result: T;
}

export interface Acknowledged<T> extends Committed<T> {
  /** What the change is known by: hand it to who asked for the change (`formatMinimumVersion`), so that they can insist on seeing it. */
  readonly version: Version;
  /** Between the commit and the last acknowledgement or lease end. 0 in the background mode. */
  readonly waitedMs: number;
}

/** One key, several (also groups and whole collections), or those that the result turned out to touch. An empty list invalidates nothing. */
export type MutatedKeys<T> = CacheKey | readonly CacheKey[] | ((result: T) => readonly CacheKey[]);

/** What the ports of a publisher are. */
export interface PublisherParts {
  readonly config: PublisherConfig;
  readonly scheduler: Scheduler;
  readonly calls: SubscriberCalls;
  readonly counters: PublisherCounters;
  /** Only model checks take others than `ownerRules`. */
  readonly rules?: OwnerRules;
}

const retryDelaysMs = [20, 50, 100, 200, 400] as const;

/**
 * The owner's side of coherence: knows whose caches may be serving what, tells them what changed, and lets a mutation be
 * acknowledged only when no cache can serve the old value any more.
 */
@Injectable()
export class CachePublisher implements OnApplicationShutdown {
  private readonly logger = new Logger(CachePublisher.name);
  private ledger: SubscriberLedger | undefined;
  private readonly waiting = new Map<
    MutationId,
    { readonly resolve: () => void; readonly reject: (why: Error) => void }
  >();
  private thisTick: Announcement[] = [];
  /** Mutations that commit or wait. */
  private underWay = 0;
  private isStopped = false;
  private lastMutation = 0;
  /** Sessions whose DELETEs fail at present: said once. */
  private readonly failing = new Set<string>();
  private cancelWake: Cancel = () => undefined;
  private cancelShrink: Cancel = () => undefined;
  private readonly stalls: StallWatch;

  constructor(private readonly parts: PublisherParts) {
    this.stalls = new StallWatch(parts.scheduler);
  }

  /**
   * Opens for subscribers and mutations under an epoch that no earlier life of this service has used. Until `graceMs`
   * have passed nothing is acknowledged, because leases of an earlier life may still be in force: at least the longest
   * lease it may have granted; default `leaseMs`. 0 only when there was no earlier life.
   * Opens nothing when the application is shutting down.
   */
  open(epoch: number, options: { readonly graceMs?: number } = {}): void {
    if (this.isStopped) return;
    const { config, scheduler, rules } = this.parts;
    const graceMs = options.graceMs ?? config.leaseMs;
    invariant(isVersionPart(epoch), `an epoch is a non-negative whole number, got ${epoch}`);
    invariant(Number.isFinite(graceMs) && graceMs >= 0, `graceMs is a non-negative number, got ${graceMs}`);
    const previous = this.ledger;
    invariant(previous === undefined || epoch > previous.epoch, `epochs rise: ${epoch} after ${previous?.epoch}`);
    const leasesEndAt = previous === undefined ? -Infinity : lastLeaseEnd(previous);
    this.ledger = openLedger(config, { epoch, graceEndsAt: Math.max(scheduler.now() + graceMs, leasesEndAt) }, rules);
    if (previous !== undefined) adoptWaiting(this.ledger, previous);
    this.settle();
  }

  /**
   * `open` for an owner whose `leaseMs` may be changed between two starts: the grace is the longest lease that `record`
   * knows of, and the lease of this life is on record before it grants the first one. What is longer than that is
   * forgotten when the grace is over; should that fail it is logged, and the next start waits longer than it has to.
   * `unrecordedMs`: when nothing is on record yet, the longest lease of the lives before; default `leaseMs`, 0 at the
   * very first start.
   * Rejects with what `record` rejects with; then it is not open.
   */
  async openRecorded(
    epoch: number,
    record: LeaseRecord,
    { unrecordedMs = this.parts.config.leaseMs }: { readonly unrecordedMs?: number } = {},
  ): Promise<void> {
    const { config, scheduler } = this.parts;
    const recordedMs = await record.read();
    const { graceMs, longestMs, shrinks } = planLeases(config.leaseMs, { recordedMs, unrecordedMs });
    if (longestMs !== recordedMs) await record.write(longestMs);
    this.open(epoch, { graceMs });
    this.cancelShrink();
    if (shrinks && !this.isStopped)
      this.cancelShrink = scheduler.after(graceMs, () => void this.shrink(record, longestMs));
  }

  private async shrink(record: LeaseRecord, longestMs: number): Promise<void> {
    const { leaseMs } = this.parts.config;
    try {
      await record.write(leaseMs);
    } catch (error) {
      this.logger.warn(
        `Leases of ${longestMs} ms are over but stay on record (${error instanceof Error ? error.message : String(error)}): ` +
          `the next start waits that long instead of ${leaseMs} ms before it acknowledges anything.`,
      );
    }
  }

  get epoch(): number | undefined {
    return this.ledger?.epoch;
  }

  /**
   * Runs `fn`, which commits and makes the change visible to readers; then invalidates the keys at every subscriber;
   * resolves when each has acknowledged or its lease has ended, in mode `background` right after the commit. Rejects with
   * what `fn` rejects with.
   * The version is of the life in which `fn` returned.
   * A retry whose first attempt may have committed goes through here as well, with a sequence not below that commit's.
   * @throws PublisherNotOpenError, PublisherOverloadedError, PublisherStoppedError, UnusableCacheKeyError before anything
   * is committed; UnusableSequenceError, PublisherStoppedError, and UnusableCacheKeyError for computed keys, after
   */
  async mutate<T>(
    keys: MutatedKeys<T>,
    fn: () => Committed<T> | Promise<Committed<T>>,
    options: { readonly mode?: AcknowledgementMode } = {},
  ): Promise<Acknowledged<T>> {
    this.openedLedger();
    if (!this.mayWait()) throw new PublisherOverloadedError(this.parts.config.mutationsWaitingMax, true);
    if (typeof keys !== 'function') checkKeys(listOf(keys), true);
    return this.counted(async () => {
      const { sequence, result } = await fn();
      // A new life may have begun meanwhile, and then the change is known by its epoch.
      const { epoch } = this.ledgerAfterCommit();
      const changed = typeof keys === 'function' ? keys(result) : listOf(keys);
      const waitedMs = await this.publish(changed, sequence, options.mode ?? this.parts.config.mode);
      return { sequence, result, version: { epoch, sequence }, waitedMs };
    });
  }

  /**
   * `mutate` for a change that is committed already. Resolves as `mutate` does.
   * @throws PublisherNotOpenError, PublisherStoppedError, UnusableSequenceError, UnusableCacheKeyError: caches were not told.
   * PublisherOverloadedError: they are told, but too many wait already. In either case the change must not be acknowledged
   */
  async invalidate(
    keys: CacheKey | readonly CacheKey[],
    sequence: number,
    options: { readonly mode?: AcknowledgementMode } = {},
  ): Promise<void> {
    this.ledgerAfterCommit();
    const mode = options.mode ?? this.parts.config.mode;
    if (mode === 'strict' && !this.mayWait()) {
      await this.publish(listOf(keys), sequence, 'background');
      throw new PublisherOverloadedError(this.parts.config.mutationsWaitingMax, false);
    }
    await this.counted(() => this.publish(listOf(keys), sequence, mode));
  }

  /** For the controller. */
  subscribe(facts: SubscriberFacts): SubscribeDecision & { readonly epoch: number } {
    const ledger = this.openedLedger();
    const decision = subscribe(ledger, facts, this.parts.scheduler.now());
    this.settle();
    return { ...decision, epoch: ledger.epoch };
  }

  /** For the controller. */
  heartbeat(beat: Heartbeat): HeartbeatDecision & { readonly epoch: number } {
    const ledger = this.openedLedger();
    const decision = heartbeat(ledger, beat, this.parts.scheduler.now());
    if (decision.kind === 'void') this.parts.counters.voided += 1;
    else if (decision.leaseMs === 0) this.parts.counters.renewalsRefused += 1;
    this.settle();
    return { ...decision, epoch: ledger.epoch };
  }

  /** For the controller. */
  unsubscribe(session: string): void {
    unsubscribe(this.openedLedger(), session);
    this.settle();
  }

  /** Sessions known, and how many mutations wait. */
  stats(): { readonly subscribers: number; readonly mutationsWaiting: number; readonly epoch: number | undefined } {
    return { subscribers: this.ledger?.sessions.size ?? 0, mutationsWaiting: this.waiting.size, epoch: this.epoch };
  }

  /** Whoever waits still is told that nothing more will be known. Nothing is sent from here on. */
  onApplicationShutdown(): void {
    this.isStopped = true;
    for (const { reject } of this.waiting.values()) reject(new PublisherStoppedError(false));
    this.waiting.clear();
    this.cancelWake();
    this.cancelShrink();
    this.stalls.close();
    this.parts.calls.keepOnly(new Map());
  }

  private mayWait(): boolean {
    return this.underWay < this.parts.config.mutationsWaitingMax;
  }

  private async counted<T>(step: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await step();
    } finally {
      this.underWay -= 1;
    }
  }

  private async publish(keys: readonly CacheKey[], sequence: number, mode: AcknowledgementMode): Promise<number> {
    if (!isVersionPart(sequence)) throw new UnusableSequenceError(sequence);
    checkKeys(keys, false);
    if (keys.length === 0) return 0;
    const { scheduler, counters } = this.parts;
    const committedAt = scheduler.now();
    this.lastMutation += 1;
    const mutation = this.lastMutation;
    const awaited = mode === 'strict';
    if (this.thisTick.length === 0) setImmediate(() => this.announceTick());
    this.thisTick.push({ mutation, keys, sequence, awaited });
    if (!awaited) return 0;
    const endStallWatch = this.stalls.begin();
    await new Promise<void>((resolve, reject) => this.waiting.set(mutation, { resolve, reject }));
    const waitedMs = scheduler.now() - committedAt;
    counters.observeWait({ waitedMs, stalledMs: endStallWatch() });
    return waitedMs;
  }

  /** Everything that was committed in one turn of the event loop goes out together: one DELETE for each key. */
  private announceTick(): void {
    const announcements = this.thisTick;
    this.thisTick = [];
    if (this.isStopped) return;
    const ledger = this.openedLedger();
    const now = this.parts.scheduler.now();
    for (const announcement of announcements) announce(ledger, announcement, now);
    this.settle();
  }

  /** After every step of the ledger: send what is due, release who may go on, wake when the next lease ends. */
  private settle(): void {
    const ledger = this.openedLedger();
    for (const delivery of takeDeliveries(ledger)) void this.deliver(ledger, delivery, 0);
    for (const mutation of takeReleased(ledger, this.parts.scheduler.now())) {
      this.waiting.get(mutation)?.resolve();
      this.waiting.delete(mutation);
    }
    this.parts.calls.keepOnly(ledger.sessions);
    for (const session of this.failing) if (!ledger.sessions.has(session)) this.failing.delete(session);
    this.cancelWake();
    const deadline = nextLedgerDeadline(ledger);
    if (deadline === Infinity) return;
    this.cancelWake = this.parts.scheduler.after(Math.max(1, Math.ceil(deadline - this.parts.scheduler.now())), () =>
      this.settle(),
    );
  }

  private async deliver(ledger: SubscriberLedger, delivery: Delivery, attempt: number): Promise<void> {
    const outcome = await this.parts.calls.deliver(delivery, ledger.epoch);
    // A new life began meanwhile: its grace covers what this call was about.
    if (ledger !== this.ledger || this.isStopped) return;
    switch (outcome.kind) {
      case 'acknowledged':
        this.parts.counters.acknowledged += 1;
        this.failing.delete(delivery.session);
        acknowledge(ledger, delivery);
        return this.settle();
      case 'other-session':
        answeredAs(ledger, delivery.session, outcome.session);
        this.settle();
        return this.retry(ledger, delivery, {
          attempt,
          why: `session ${outcome.session} answered for ${delivery.session}`,
        });
      case 'failed':
        return this.retry(ledger, delivery, { attempt, why: outcome.why });
      default:
        return unreachable(outcome);
    }
  }

  private retry(ledger: SubscriberLedger, failed: Delivery, { attempt, why }: { attempt: number; why: string }): void {
    this.parts.counters.retries += 1;
    if (!this.failing.has(failed.session)) {
      this.failing.add(failed.session);
      this.logger.warn(
        `DELETE ${failed.key} to ${failed.subscriber.id} failed: ${why}. Trying on until its lease ends.`,
      );
    }
    this.parts.scheduler.after(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)] ?? 400, () => {
      if (ledger !== this.ledger || this.isStopped) return;
      const next = retryDelivery(ledger, failed, this.parts.scheduler.now());
      this.settle();
      if (next !== undefined) void this.deliver(ledger, next, attempt + 1);
    });
  }

  private openedLedger(): SubscriberLedger {
    if (this.isStopped) throw new PublisherStoppedError(true);
    if (this.ledger === undefined) throw new PublisherNotOpenError();
    return this.ledger;
  }

  private ledgerAfterCommit(): SubscriberLedger {
    if (this.isStopped) throw new PublisherStoppedError(false);
    return this.openedLedger();
  }
}

function listOf(keys: CacheKey | readonly CacheKey[]): readonly CacheKey[] {
  return typeof keys === 'string' ? [keys] : keys;
}

function checkKeys(keys: readonly CacheKey[], definite: boolean): void {
  for (const key of keys) if (!isCacheKey(key)) throw new UnusableCacheKeyError(key, definite);
}
