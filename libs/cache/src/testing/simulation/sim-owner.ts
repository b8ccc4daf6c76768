import type { CacheKey } from '../../core/cache-key.js';
import { openLedger, type MutationId, type SubscriberFacts, type SubscriberLedger } from '../../core/ledger-state.js';
import type { OwnerRules } from '../../core/owner-rules.js';
import {
  acknowledge,
  announce,
  answeredAs,
  heartbeat,
  nextLedgerDeadline,
  retryDelivery,
  subscribe,
  takeDeliveries,
  takeReleased,
  type Delivery,
  type Heartbeat,
  type HeartbeatDecision,
  type SubscribeDecision,
} from '../../core/subscriber-ledger.js';
import type { Version } from '../../core/version.js';
import { NodeClock } from './node-clock.js';
import type { NodeName } from './sim-network.js';
import type { SimWorld } from './sim-world.js';

/** How the owner of the data may be wrong; all false is the algorithm. */
export interface OwnerFlaws {
  /** The version of an answer is taken when it is sent, not with the value. */
  readonly versionAtSend: boolean;
  /** DELETEs go out before the change is committed. */
  readonly deleteBeforeCommit: boolean;
  /** A restart begins a life that cannot be told from the one before. */
  readonly noEpochs: boolean;
  /** Acknowledges right after a restart. */
  readonly noGrace: boolean;
}

export const noFlaws: OwnerFlaws = Object.freeze({
  versionAtSend: false,
  deleteBeforeCommit: false,
  noEpochs: false,
  noGrace: false,
});

/** What a read brings: the revision for the checker, the version for the cache. */
export interface ReadAnswer {
  readonly revision: number;
  readonly present: boolean;
  readonly version: Version;
  readonly groups: readonly CacheKey[];
}

interface WaitingOrder {
  readonly keys: readonly CacheKey[];
  readonly revision: number;
  readonly version: Version;
  readonly committedAt: number;
}

/** Survives a crash, as the owner's log does. */
export interface DurableStock {
  readonly rows: Map<CacheKey, { revision: number; present: boolean }>;
  commits: number;
  lives: number;
}

/** One life of the owner: commits, then drives the real ledger over the simulated network. */
export class SimOwner {
  readonly epoch: number;
  dead = false;
  private sequence = 0;
  private readonly ledger: SubscriberLedger;
  private readonly clock: NodeClock;
  private readonly waiting = new Map<MutationId, WaitingOrder>();
  private readonly revisionAt = new Map<number, number>();
  private lastMutation = 0;
  private wakesAt = Infinity;

  constructor(
    private readonly world: SimWorld,
    private readonly stock: DurableStock,
    rules: OwnerRules,
    private readonly flaws: OwnerFlaws,
  ) {
    const { leaseMs, renewGuardMs } = world.scenario;
    stock.lives += 1;
    this.epoch = flaws.noEpochs ? 1 : stock.lives;
    const firstLife = stock.lives === 1;
    this.clock = new NodeClock(() => world.now(), world.scenario.clockRates.owner);
    const graceEndsAt = this.clock.now() + (firstLife || flaws.noGrace ? 0 : leaseMs);
    const limits = { leaseMs, renewGuardMs, subscribersMax: 16, pendingKeysMax: 8 };
    this.ledger = openLedger(limits, { epoch: this.epoch, graceEndsAt }, rules);
  }

  subscribe(facts: SubscriberFacts): SubscribeDecision & { readonly epoch: number } {
    const decision = subscribe(this.ledger, facts, this.clock.now());
    this.settle();
    return { ...decision, epoch: this.epoch };
  }

  heartbeat(beat: Heartbeat): HeartbeatDecision & { readonly epoch: number } {
    const decision = heartbeat(this.ledger, beat, this.clock.now());
    this.settle();
    return { ...decision, epoch: this.epoch };
  }

  /** Value and version of one turn; the answer leaves later. */
  read(key: CacheKey, answer: (read: ReadAnswer) => void): void {
    const row = this.stock.rows.get(key);
    const value = { revision: row?.revision ?? 0, present: row?.present ?? true, groups: this.world.groupsOf(key) };
    const version = this.version();
    this.world.network.runAt('owner', this.world.now() + this.world.random.integer(0, 6), () => {
      if (!this.dead) answer({ ...value, version: this.flaws.versionAtSend ? this.version() : version });
    });
  }

  /** `announced` names what the DELETEs are for: the keys, or their collection. */
  order(keys: readonly CacheKey[], announced: readonly CacheKey[]): void {
    this.lastMutation += 1;
    const mutation = this.lastMutation;
    if (this.flaws.deleteBeforeCommit) this.announce(mutation, announced, this.sequence + 1);
    this.world.network.runAt('owner', this.world.now() + this.world.random.integer(1, 4), () => {
      if (this.dead) return;
      this.sequence += 1;
      this.stock.commits += 1;
      const revision = this.stock.commits;
      for (const key of keys) this.stock.rows.set(key, { revision, present: !this.world.random.chance(0.2) });
      this.revisionAt.set(this.sequence, revision);
      this.waiting.set(mutation, { keys, revision, version: this.version(), committedAt: this.world.now() });
      if (!this.flaws.deleteBeforeCommit) this.announce(mutation, announced, this.sequence);
      this.settle();
    });
  }

  crash(): void {
    this.dead = true;
    this.world.waits.ownerCrashed();
  }

  private announce(mutation: MutationId, keys: readonly CacheKey[], sequence: number): void {
    announce(this.ledger, { mutation, keys, sequence, awaited: !this.world.scenario.background }, this.clock.now());
    this.settle();
  }

  private settle(): void {
    const now = this.clock.now();
    for (const delivery of takeDeliveries(this.ledger)) this.deliver(delivery);
    for (const mutation of takeReleased(this.ledger, now)) this.release(mutation);
    this.world.waits.look(this.ledger, this.world.now());
    const deadline = nextLedgerDeadline(this.ledger);
    if (deadline <= now || deadline >= this.wakesAt) return;
    this.wakesAt = deadline;
    this.world.network.runAt('owner', this.clock.worldTimeOf(deadline), () => {
      this.wakesAt = Infinity;
      if (!this.dead) this.settle();
    });
  }

  private release(mutation: MutationId): void {
    const order = this.waiting.get(mutation);
    // Released before it is committed: only when DELETEs go out too early. Then the commit acknowledges it.
    if (order === undefined) return this.releaseAtCommit(mutation);
    this.waiting.delete(mutation);
    const { checker, scenario } = this.world;
    checker.orderAcknowledged(order.keys, order.revision, this.world.now() - order.committedAt, !scenario.background);
    this.world.ordered(order.keys, { revision: order.revision, version: order.version });
  }

  private releaseAtCommit(mutation: MutationId): void {
    this.world.network.runAt('owner', this.world.now() + 1, () => {
      if (!this.dead) this.release(mutation);
    });
  }

  private deliver(delivery: Delivery): void {
    const { world } = this;
    const to = delivery.subscriber.id as NodeName;
    let answered = false;
    world.network.send('owner', to, () => {
      const session = world.invalidateAt(
        to,
        delivery.key,
        { epoch: this.epoch, sequence: delivery.sequence },
        this.revisionAt.get(delivery.sequence),
      );
      if (session === undefined) return;
      world.network.send(to, 'owner', () => {
        if (this.dead || answered) return;
        answered = true;
        if (session === delivery.session) acknowledge(this.ledger, delivery);
        else answeredAs(this.ledger, delivery.session, session);
        this.settle();
      });
    });
    world.network.runAt('owner', world.now() + 10, () => {
      if (this.dead || answered) return;
      answered = true;
      const next = retryDelivery(this.ledger, delivery, this.clock.now());
      if (next !== undefined) this.deliver(next);
      this.settle();
    });
  }

  private version(): Version {
    return { epoch: this.epoch, sequence: this.sequence };
  }
}
