import type { CacheKey } from '../../core/cache-key.js';
import { openLedger, type LedgerLimits, type SubscriberLedger } from '../../core/ledger-state.js';
import type { OwnerRules } from '../../core/owner-rules.js';
import { formatSession, type Session } from '../../core/session.js';
import {
  acknowledge,
  adoptWaiting,
  announce,
  answeredAs,
  heartbeat,
  lastLeaseEnd,
  retryDelivery,
  subscribe,
  takeDeliveries,
  takeReleased,
  unsubscribe,
  type Delivery,
} from '../../core/subscriber-ledger.js';
import type { Prng } from '../simulation/prng.js';
import { ModelledCache } from './modelled-cache.js';

export const keys: readonly CacheKey[] = ['p/1', 'p/2', 'p/3', 'p/4'];
const limits: LedgerLimits = { leaseMs: 60, renewGuardMs: 15, subscribersMax: 3, pendingKeysMax: 2 };
const messagesMax = 30;

interface Change {
  readonly keys: readonly CacheKey[];
  readonly sequence: number;
  releaseBy: number;
  released: boolean;
}

/** Which of the ledger's promises was broken, and how. */
export class LedgerViolation extends Error {
  constructor(
    readonly promise: 'S2 acknowledged order' | 'order wait' | 'bounds' | 'sessions',
    detail: string,
  ) {
    super(detail);
  }
}

/**
 * The real ledger among modelled caches: random steps, messages that arrive in any order, late, twice or never, several
 * processes under one id. After every step each promise is checked against what the model knows.
 */
export class LedgerTrial {
  private ledger: SubscriberLedger;
  private epoch = 1;
  private now = 0;
  private sequence = 0;
  private instances = 0;
  private readonly changes = new Map<number, Change>();
  /** Highest sequence of each key that has been released. */
  private readonly acknowledged = new Map<CacheKey, number>();
  /** Every process, also those that do not answer at their address any more. */
  private caches: ModelledCache[] = [];
  private readonly addresses = new Map<string, ModelledCache>();
  private messages: (() => void)[] = [];

  constructor(
    private readonly random: Prng,
    private readonly rules: OwnerRules,
  ) {
    this.ledger = openLedger(limits, { epoch: 1, graceEndsAt: 0 }, rules);
    for (const id of ['a', 'b', 'c', 'd']) this.startProcess(id);
  }

  step(): void {
    const { random } = this;
    const cache = random.pick(this.caches);
    const kind = random.fraction();
    if (kind < 0.15) this.change();
    else if (kind < 0.2) this.register(cache);
    else if (kind < 0.4) this.beat(cache);
    else if (kind < 0.8) this.arrive();
    else if (kind < 0.96) this.now += random.integer(1, 12);
    else if (kind < 0.975) this.startProcess(cache.id);
    else if (kind < 0.985) this.stop(cache);
    else if (kind < 0.99) this.restartOwner();
    this.settle();
    this.check();
  }

  /** Nothing is outstanding for ever: with nobody answering any more, everything is released once its time has come. */
  finish(): void {
    this.messages = [];
    this.now += 4 * limits.leaseMs;
    this.settle();
    this.check();
    if (this.ledger.blockers.size > 0)
      throw new LedgerViolation('bounds', `${this.ledger.blockers.size} never released`);
  }

  private change(): void {
    this.sequence += 1;
    const changed = [...new Set([this.random.pick(keys), ...keys.filter(() => this.random.chance(0.3))])];
    const releaseBy = Math.max(this.now + limits.leaseMs + limits.renewGuardMs, this.ledger.graceEndsAt);
    const awaited = this.random.chance(0.9);
    const mutation = this.sequence;
    if (awaited) this.changes.set(mutation, { keys: changed, sequence: mutation, releaseBy, released: false });
    announce(this.ledger, { mutation, keys: changed, sequence: mutation, awaited }, this.now);
  }

  private register(cache: ModelledCache): void {
    cache.beginSession();
    const { session, id } = cache;
    const name = formatSession(session);
    this.send(() => {
      const decision = subscribe(
        this.ledger,
        { id, session, callbackUrl: `http://${id}`, capability: undefined },
        this.now,
      );
      if (decision.kind !== 'superseded') this.checkEarlierGone(session);
      if (decision.kind !== 'granted') return;
      const { epoch } = this;
      this.send(() => {
        if (formatSession(cache.session) === name) cache.granted ??= { epoch, grant: decision.grant };
      });
    });
  }

  private beat(cache: ModelledCache): void {
    const { granted } = cache;
    if (granted === undefined) return;
    const session = formatSession(cache.session);
    const request = { subscriberId: cache.id, session, ...granted, acknowledged: cache.acknowledge };
    const sentAt = this.now;
    this.send(() => {
      const decision = heartbeat(this.ledger, request, this.now);
      const { epoch } = this;
      this.send(() => {
        if (formatSession(cache.session) !== session) return;
        if (decision.kind === 'void' || epoch !== granted.epoch) this.register(cache);
        else cache.take({ ...decision, session, epoch, sentAt });
      });
    });
  }

  /** A process under an id that may be in use: the one before lives on, but what is sent to the id comes here. */
  private startProcess(id: string): void {
    this.instances += 1;
    const cache = new ModelledCache(id, this.instances.toString(16).padStart(32, '0'));
    this.caches = [...this.caches, cache].slice(-8);
    this.addresses.set(id, cache);
    this.register(cache);
  }

  private stop(cache: ModelledCache): void {
    const session = formatSession(cache.session);
    cache.beginSession();
    this.send(() => unsubscribe(this.ledger, session));
  }

  private restartOwner(): void {
    this.epoch += 1;
    const next = openLedger(limits, { epoch: this.epoch, graceEndsAt: lastLeaseEnd(this.ledger) }, this.rules);
    adoptWaiting(next, this.ledger);
    this.ledger = next;
    for (const change of this.changes.values()) change.releaseBy = Math.max(change.releaseBy, next.graceEndsAt);
  }

  private settle(): void {
    for (const delivery of takeDeliveries(this.ledger)) this.deliver(this.ledger, delivery);
    for (const mutation of takeReleased(this.ledger, this.now)) {
      const change = this.changes.get(mutation);
      if (change === undefined) continue;
      if (change.released) throw new LedgerViolation('bounds', `change ${mutation} was released twice`);
      change.released = true;
      for (const key of change.keys)
        this.acknowledged.set(key, Math.max(change.sequence, this.acknowledged.get(key) ?? 0));
    }
  }

  private deliver(ledger: SubscriberLedger, delivery: Delivery): void {
    this.send(() => {
      const cache = this.addresses.get(delivery.subscriber.id) as ModelledCache;
      cache.invalidate(delivery.key, delivery.sequence);
      const { session } = cache;
      const answered = formatSession(session);
      this.send(() => {
        if (ledger !== this.ledger) return;
        if (answered === delivery.session) return acknowledge(ledger, delivery);
        answeredAs(ledger, delivery.session, answered);
        const meant = delivery.subscriber.session;
        const hasEnded = session.instance === meant.instance && session.ordinal > meant.ordinal;
        if (hasEnded && ledger.sessions.has(delivery.session))
          throw new LedgerViolation('sessions', `${delivery.session} is known after ${answered} answered for it`);
      });
    });
    this.send(() => {
      const next = ledger === this.ledger ? retryDelivery(ledger, delivery, this.now) : undefined;
      if (next !== undefined) this.deliver(ledger, next);
    });
  }

  private send(arrive: () => void): void {
    this.messages.push(arrive);
    if (this.messages.length > messagesMax) this.messages.splice(this.random.integer(0, messagesMax - 1), 1);
  }

  /** Any message, soonest the newest; now and then it stays to arrive again. */
  private arrive(): void {
    const { length } = this.messages;
    if (length === 0) return;
    const position = this.random.chance(0.6) ? length - 1 : this.random.integer(0, length - 1);
    const message = this.messages[position] as () => void;
    if (!this.random.chance(0.15)) this.messages.splice(position, 1);
    message();
  }

  private check(): void {
    for (const cache of this.caches) {
      if (!cache.mayServe(this.now)) continue;
      for (const [key, sequence] of cache.held) {
        const owed = this.acknowledged.get(key) ?? 0;
        if (sequence < owed)
          throw new LedgerViolation('S2 acknowledged order', `${cache.id} serves ${key} of ${sequence} after ${owed}`);
      }
      cache.load(keys, this.sequence);
    }
    for (const [mutation, { released, releaseBy }] of this.changes) {
      if (!released && this.now >= releaseBy)
        throw new LedgerViolation('order wait', `change ${mutation} waits at ${this.now}, promised by ${releaseBy}`);
      if (released) this.changes.delete(mutation);
    }
    this.checkSessions();
  }

  private checkSessions(): void {
    const { sessions } = this.ledger;
    if (sessions.size > limits.subscribersMax) throw new LedgerViolation('bounds', `${sessions.size} sessions`);
    const instances = new Set<string>();
    for (const { name, facts, pending } of sessions.values()) {
      if (pending.size > limits.pendingKeysMax) throw new LedgerViolation('bounds', `${pending.size} keys outstanding`);
      if (instances.has(facts.session.instance))
        throw new LedgerViolation('sessions', `${name} is known beside another session of its instance`);
      instances.add(facts.session.instance);
    }
  }

  /** The owner has been shown a session, so nobody waits for earlier ones of that process. */
  private checkEarlierGone({ instance, ordinal }: Session): void {
    for (const { name, facts } of this.ledger.sessions.values()) {
      if (facts.session.instance === instance && facts.session.ordinal < ordinal)
        throw new LedgerViolation('sessions', `${name} is known after its process showed session ${ordinal}`);
    }
  }
}
