import { baseOf, isVariant, type CacheKey } from '../../core/cache-key.js';
import { beginSession, takeGrant, takeLeaseAnswer, type PendingInvalidation } from '../../core/cache-session.js';
import { createCache, heldUnder, type CoherentCacheState, type Entry } from '../../core/cache-state.js';
import {
  failFill,
  fill,
  invalidate,
  joinSuffices,
  offer,
  serve,
  serveOnError,
  settleLane,
  type KeepTerms,
  type LoadResult,
} from '../../core/coherent-cache.js';
import type { CoherenceRules } from '../../core/coherence-rules.js';
import type { FillTicket } from '../../core/fill-ticket.js';
import { sessionOf, type Grant } from '../../core/lease.js';
import { formatSession, parseSession } from '../../core/session.js';
import { evictionPolicies } from '../../core/slots/eviction.js';
import type { Version } from '../../core/version.js';
import type { PendingRead } from './coherence-checker.js';
import { NodeClock } from './node-clock.js';
import type { ReadAnswer } from './sim-owner.js';
import type { NodeName } from './sim-network.js';
import type { SimWorld } from './sim-world.js';

const loadTimeoutMs = 40;

/** A read that waits for a load. */
interface Waiter {
  readonly read: PendingRead;
  /** The load was under way when it asked, so it may be too old for it. */
  readonly joined: boolean;
}

/** One life of a frontend: drives the real cache core the way `LoadDesk` and `LeaseKeeper` do. */
export class SimFrontend {
  readonly state: CoherentCacheState<number>;
  dead = false;
  private readonly clock: NodeClock;
  private ordinal = 0;
  private registered: { readonly session: string; readonly grant: Grant } | undefined;
  private acknowledge: readonly PendingInvalidation[] = [];
  private readonly waiters = new Map<number, Waiter[]>();

  constructor(
    private readonly world: SimWorld,
    readonly name: NodeName,
    private readonly instance: string,
    rules: CoherenceRules,
  ) {
    const { capacity, floorsMax, maxTtlMs, eviction, leaseMarginMs, clockRates } = world.scenario;
    this.clock = new NodeClock(() => world.now(), clockRates.frontends);
    const limits = {
      capacity,
      negativeCapacity: 2,
      privateCapacity: 2,
      maxTtlMs,
      negativeTtlMs: 30,
      floorsMax,
      fillsInFlightMax: 1_000,
      leaseMarginMs,
    };
    this.state = createCache<number>(limits, rules, evictionPolicies[eviction]);
    this.turn();
  }

  /** @param round 2 for a read that joined a load which turned out to be too old for it. */
  read(read: PendingRead, round: 1 | 2 = 1): void {
    const decision = serve(this.state, read.key, this.clock.now(), read.minimum);
    switch (decision.kind) {
      case 'hit':
        this.world.checker.hits += 1;
        return this.answer(read, decision.entry);
      case 'stale-hit':
        this.world.checker.hits += 1;
        this.world.checker.staleHits += 1;
        this.answer(read, decision.entry);
        if (decision.revalidation !== undefined) this.load(decision.revalidation);
        return;
      case 'refuse':
        return;
      case 'join':
        return this.wait(decision.ticket, { read, joined: round === 1 });
      case 'load':
        this.wait(decision.ticket, { read, joined: false });
        return this.load(decision.ticket);
      case 'pass':
        this.wait(decision.ticket, { read, joined: false });
        if (decision.role === 'runs') this.load(decision.ticket);
    }
  }

  /** What is held, as the checker counts. */
  heldRevision(key: CacheKey): number | undefined {
    const entry = heldUnder(this.state, key);
    if (entry === undefined) return undefined;
    return entry.kind === 'value' ? entry.value : this.world.absenceRevision(this.name, key, entry);
  }

  /** The application has read by itself, and puts what it got into the cache some time later. */
  offerLater(key: CacheKey, delayMs: number): void {
    this.world.readAtOwner(this.name, key, (read) => {
      this.later(delayMs, () => {
        if (this.world.isQuiet) return;
        const before = this.heldRevision(key);
        const now = this.clock.now();
        if (offer(this.state, key, this.resultOf(key, read), now) !== 'stored') return;
        const entry = heldUnder(this.state, key);
        if (entry !== undefined) this.world.rememberAbsence(this.name, key, entry, read.revision);
        this.world.checker.heldBecame(key, before, read.revision, read.revision);
        this.world.checker.bounds(this.state);
      });
    });
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

  private wait(ticket: FillTicket, waiter: Waiter): void {
    const waiting = this.waiters.get(ticket.id);
    if (waiting === undefined) this.waiters.set(ticket.id, [waiter]);
    else waiting.push(waiter);
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
    this.world.readAtOwner(this.name, baseOf(ticket.key), conclude);
    this.later(loadTimeoutMs, () => conclude(undefined));
  }

  private resultOf(key: CacheKey, { revision, present, version, groups }: ReadAnswer): LoadResult<number> {
    const { staleWhileRevalidateMs, staleIfErrorMs } = this.world.scenario;
    const scope = isVariant(key) ? 'private' : 'shared';
    const facts = { version, groups, keep: { staleWhileRevalidateMs, staleIfErrorMs, scope } satisfies KeepTerms };
    return present ? { kind: 'value', value: revision, ...facts } : { kind: 'absence', ...facts };
  }

  private conclude(ticket: FillTicket, read: ReadAnswer): void {
    const { revision, version } = read;
    const before = this.heldRevision(ticket.key);
    const decision = fill(this.state, ticket, this.resultOf(ticket.key, read), this.clock.now());
    if (decision.regressed) this.world.checker.regressions += 1;
    const waiting = this.waiters.get(ticket.id) ?? [];
    this.waiters.delete(ticket.id);
    if (decision.kind === 'answer') {
      // An absence carries no revision of its own into the cache; the checker gets the one that was read.
      this.world.rememberAbsence(this.name, ticket.key, decision.entry, revision);
      if (decision.verdict === 'stored') this.world.checker.heldBecame(ticket.key, before, revision, revision);
      for (const { read, joined } of waiting) {
        if (joined && !joinSuffices(this.state, version, read.minimum)) this.read(read, 2);
        else this.world.checker.readAnswered(read, revision);
      }
      return;
    }
    for (const waiter of waiting) this.wait(decision.ticket, waiter);
    if (decision.role === 'runs') this.load(decision.ticket);
  }

  private giveUp(ticket: FillTicket): void {
    failFill(this.state, ticket);
    for (const { read } of this.waiters.get(ticket.id) ?? []) {
      const held = serveOnError(this.state, read.key, this.clock.now(), read.minimum);
      if (held === undefined) continue;
      this.world.checker.staleHits += 1;
      this.answer(read, held);
    }
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
    const callbackUrl = `http://${this.name}`;
    this.call(
      (owner) => owner.subscribe({ id: this.name, session, callbackUrl, capability: undefined }),
      (decision, inTime) => {
        if (decision.kind !== 'granted') return;
        const grant = { epoch: decision.epoch, number: decision.grant };
        if (takeGrant(this.state, name, grant) && inTime) this.registered = { session: name, grant };
      },
    );
  }

  private beat({ session, grant }: { readonly session: string; readonly grant: Grant }): void {
    const sentAt = this.clock.now();
    const acknowledged = this.acknowledge;
    this.call(
      (owner) =>
        owner.heartbeat({
          subscriberId: this.name,
          session,
          epoch: grant.epoch,
          grant: grant.number,
          acknowledged,
        }),
      (decision, inTime) => {
        if (decision.kind === 'void') {
          if (inTime) this.registered = undefined;
          return;
        }
        const { epoch, leaseMs, sequence, invalidations } = decision;
        const answer = { session, epoch, leaseMs, sequence, invalidations };
        const outcome = takeLeaseAnswer(this.state, { ...answer, sentAt, receivedAt: this.clock.now() });
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
    const before = this.registered;
    let concluded = false;
    this.world.callOwner(this.name, ask, (answer) => {
      if (this.dead) return;
      take(answer, !concluded);
      if (concluded) return;
      concluded = true;
      this.later(this.registered === before ? heartbeatMs : 0, () => this.turn());
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
