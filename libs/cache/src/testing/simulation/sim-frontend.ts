import type { CacheKey } from '../../core/cache-key.js';
import { beginSession, takeLeaseAnswer, type PendingInvalidation } from '../../core/cache-session.js';
import { createCache, type CoherentCacheState, type Entry } from '../../core/cache-state.js';
import { failFill, fill, invalidate, serve, settleLane, type LoadResult } from '../../core/coherent-cache.js';
import type { CoherenceRules } from '../../core/coherence-rules.js';
import type { FillTicket } from '../../core/fill-ticket.js';
import { sessionOf } from '../../core/lease.js';
import { formatSession, parseSession } from '../../core/session.js';
import type { Version } from '../../core/version.js';
import type { PendingRead } from './coherence-checker.js';
import type { ReadAnswer } from './sim-owner.js';
import type { NodeName } from './sim-network.js';
import type { SimWorld } from './sim-world.js';

const loadTimeoutMs = 40;

/** One life of a frontend: drives the real cache core the way `LoadDesk` and `LeaseKeeper` do. */
export class SimFrontend {
  readonly state: CoherentCacheState<number>;
  dead = false;
  private ordinal = 0;
  private registered: { readonly session: string; readonly epoch: number } | undefined;
  private acknowledge: readonly PendingInvalidation[] = [];
  private readonly waiters = new Map<number, PendingRead[]>();

  constructor(
    private readonly world: SimWorld,
    readonly name: NodeName,
    private readonly instance: string,
    rules: CoherenceRules,
  ) {
    const { capacity, floorsMax, maxTtlMs } = world.scenario;
    const limits = {
      capacity,
      negativeCapacity: 2,
      privateCapacity: 2,
      maxTtlMs,
      negativeTtlMs: 30,
      floorsMax,
      fillsInFlightMax: 1_000,
      leaseMarginMs: 0,
    };
    this.state = createCache<number>(limits, rules);
    this.turn();
  }

  read(read: PendingRead): void {
    const decision = serve(this.state, read.key, this.world.now());
    switch (decision.kind) {
      case 'hit':
        this.world.checker.hits += 1;
        return this.answer(read, decision.entry);
      case 'refuse':
        return;
      case 'join':
        return this.wait(decision.ticket, read);
      case 'load':
        this.wait(decision.ticket, read);
        return this.load(decision.ticket);
      case 'pass':
        this.wait(decision.ticket, read);
        if (decision.role === 'runs') this.load(decision.ticket);
    }
  }

  /** The DELETE handler: applies and answers in one turn. */
  invalidate(key: CacheKey, version: Version): string {
    invalidate(this.state, key, version);
    this.world.checker.bounds(this.state);
    return sessionOf(this.state.lease) ?? 'none';
  }

  crash(): void {
    this.dead = true;
  }

  private wait(ticket: FillTicket, read: PendingRead): void {
    const waiting = this.waiters.get(ticket.id);
    if (waiting === undefined) this.waiters.set(ticket.id, [read]);
    else waiting.push(read);
  }

  private load(ticket: FillTicket): void {
    let done = false;
    const conclude = (result: ReadAnswer | undefined) => {
      if (this.dead || done) return;
      done = true;
      if (result === undefined) this.giveUp(ticket);
      else this.conclude(ticket, result);
      const next = settleLane(this.state, ticket);
      if (next !== undefined) this.load(next);
      this.world.checker.bounds(this.state);
    };
    this.world.readAtOwner(this.name, ticket.key, conclude);
    this.later(loadTimeoutMs, () => conclude(undefined));
  }

  private conclude(ticket: FillTicket, { revision, present, version }: ReadAnswer): void {
    const result: LoadResult<number> = present
      ? { kind: 'value', value: revision, version }
      : { kind: 'absence', version };
    const decision = fill(this.state, ticket, result, this.world.now());
    const waiting = this.waiters.get(ticket.id) ?? [];
    this.waiters.delete(ticket.id);
    if (decision.kind === 'answer') {
      // An absence carries no revision of its own into the cache; the checker gets the one that was read.
      this.world.rememberAbsence(this.name, ticket.key, decision.entry, revision);
      for (const read of waiting) this.world.checker.readAnswered(read, revision);
      return;
    }
    for (const read of waiting) this.wait(decision.ticket, read);
    if (decision.role === 'runs') this.load(decision.ticket);
  }

  private giveUp(ticket: FillTicket): void {
    failFill(this.state, ticket);
    this.waiters.delete(ticket.id);
  }

  private answer(read: PendingRead, entry: Entry<number>): void {
    const revision = entry.kind === 'value' ? entry.value : this.world.absenceRevision(this.name, read.key, entry);
    this.world.checker.readAnswered(read, revision);
  }

  private turn(): void {
    if (this.registered === undefined) this.register();
    else this.beat(this.registered);
  }

  private register(): void {
    this.ordinal += 1;
    const name = formatSession({ instance: this.instance, ordinal: this.ordinal });
    const session = parseSession(name);
    if (session === undefined) throw new Error(`not a session: ${name}`);
    beginSession(this.state, name);
    this.acknowledge = [];
    const sentAt = this.world.now();
    const callbackUrl = `http://${this.name}`;
    this.call(
      (owner) => owner.subscribe({ id: this.name, session, callbackUrl, capability: undefined }),
      (decision, inTime) => {
        if (decision.kind !== 'granted') return;
        const { epoch, leaseMs } = decision;
        takeLeaseAnswer(this.state, {
          session: name,
          epoch,
          sentAt,
          receivedAt: this.world.now(),
          leaseMs,
          invalidations: [],
        });
        if (inTime) this.registered = { session: name, epoch };
      },
    );
  }

  private beat({ session, epoch }: { readonly session: string; readonly epoch: number }): void {
    const sentAt = this.world.now();
    const acknowledged = this.acknowledge;
    this.call(
      (owner) => owner.heartbeat({ subscriberId: this.name, session, epoch, acknowledged }),
      (decision, inTime) => {
        if (decision.kind === 'void') {
          if (inTime) this.registered = undefined;
          return;
        }
        const answer = {
          session,
          epoch: decision.epoch,
          leaseMs: decision.leaseMs,
          invalidations: decision.invalidations,
        };
        const outcome = takeLeaseAnswer(this.state, { ...answer, sentAt, receivedAt: this.world.now() });
        if (outcome.kind === 'applied') this.acknowledge = outcome.acknowledge;
        else if (inTime) this.registered = undefined;
      },
    );
  }

  /** One call to the owner, then the next turn. Answers that come after the timeout still count, unlike with a real client. */
  private call<T>(
    ask: (owner: Parameters<Parameters<SimWorld['callOwner']>[1]>[0]) => T,
    take: (answer: T, inTime: boolean) => void,
  ): void {
    const { heartbeatMs } = this.world.scenario;
    const wasRegistered = this.registered !== undefined;
    let concluded = false;
    this.world.callOwner(this.name, ask, (answer) => {
      if (this.dead) return;
      take(answer, !concluded);
      if (concluded) return;
      concluded = true;
      const lost = wasRegistered && this.registered === undefined;
      this.later(lost ? 0 : heartbeatMs, () => this.turn());
    });
    this.later(heartbeatMs, () => {
      if (concluded) return;
      concluded = true;
      this.turn();
    });
  }

  private later(delayMs: number, happen: () => void): void {
    this.world.network.runAt(this.name, this.world.now() + delayMs, () => {
      if (!this.dead) happen();
    });
  }
}
