import {
  cacheGroup,
  cacheKey,
  isGroup,
  isWholeCollection,
  variantOf,
  wholeCollection,
  type CacheKey,
} from '../../core/cache-key.js';
import type { Entry } from '../../core/cache-state.js';
import type { Version } from '../../core/version.js';
import { CoherenceChecker, type PendingRead, type Violation } from './coherence-checker.js';
import { EventQueue } from './event-queue.js';
import type { Mutant } from './mutants.js';
import { Prng } from './prng.js';
import { scenarioOf, type Scenario } from './scenario.js';
import { SimFrontend } from './sim-frontend.js';
import { SimNetwork, type NodeName } from './sim-network.js';
import { SimOwner, type DurableStock, type ReadAnswer } from './sim-owner.js';
import { WaitMeter } from './wait-meter.js';

const plush = cacheGroup('plush');

/** What one seed showed. */
export interface SimulationReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly reads: number;
  readonly hits: number;
  readonly staleHits: number;
  readonly regressions: number;
  readonly orders: number;
  readonly longestWaitMs: number;
}

/** Owner, frontends, shoppers and faults of one seed, in virtual time. The decisions are those of the real core. */
export class SimWorld {
  readonly queue = new EventQueue();
  readonly random: Prng;
  readonly network: SimNetwork;
  readonly checker: CoherenceChecker;
  readonly waits: WaitMeter;
  private readonly stock: DurableStock = { rows: new Map(), commits: 0, lives: 0 };
  private readonly absences = new Map<string, { readonly version: Version; readonly revision: number }>();
  private readonly frontends = new Map<NodeName, SimFrontend>();
  private readonly keys: readonly CacheKey[];
  private owner: SimOwner | undefined;
  private incarnations = 0;
  /** Nothing new happens any more. */
  isQuiet = false;

  constructor(
    readonly scenario: Scenario,
    private readonly mutant: Mutant,
  ) {
    this.random = new Prng(scenario.seed ^ 0x5eed);
    this.network = new SimNetwork(this.queue, this.random, scenario);
    this.checker = new CoherenceChecker(() => this.now(), scenario.leaseMs + scenario.renewGuardMs + 1);
    this.waits = new WaitMeter(this.network, waitsOfCutMaxMs(scenario, this.network), (detail) =>
      this.checker.report('waits of a cut', detail),
    );
    this.keys = Array.from({ length: scenario.products }, (_, index) => cacheKey('products', `p${index}`));
  }

  now(): number {
    return this.queue.now;
  }

  run(): SimulationReport {
    const { seed, durationMs, leaseMs } = this.scenario;
    this.startOwner();
    for (let index = 1; index <= this.scenario.frontends; index += 1) this.startFrontend(`frontend-${index}`);
    this.every(this.scenario.readEveryMs, () => this.shop());
    this.every(this.scenario.orderEveryMs, () => this.order());
    if (this.scenario.offers) this.every(12, () => this.offer());
    this.every(30, () => this.disturb());
    this.queue.runUntil(durationMs);

    this.isQuiet = true;
    this.network.heal();
    if (this.owner === undefined) this.startOwner();
    this.queue.runUntil(durationMs + 4 * leaseMs);
    this.checkRecovery();
    const { violations, reads, hits, staleHits, regressions, orders, longestWaitMs } = this.checker;
    return { seed, violations, reads, hits, staleHits, regressions, orders, longestWaitMs };
  }

  callOwner<T>(from: NodeName, ask: (owner: SimOwner) => T, answered: (answer: T) => void): void {
    this.network.send(from, 'owner', () => {
      const { owner } = this;
      if (owner === undefined) return;
      const answer = ask(owner);
      this.network.send('owner', from, () => answered(answer));
    });
  }

  readAtOwner(from: NodeName, key: CacheKey, answered: (answer: ReadAnswer) => void): void {
    this.network.send(from, 'owner', () => {
      this.owner?.read(key, (answer) => this.network.send('owner', from, () => answered(answer)));
    });
  }

  /** A DELETE arrives. Returns the session it was answered in; nothing when the frontend is down. */
  invalidateAt(name: NodeName, key: CacheKey, version: Version, revision: number | undefined): string | undefined {
    const frontend = this.frontends.get(name);
    if (frontend === undefined) return undefined;
    const covered = isWholeCollection(key) ? this.keys : isGroup(key) ? this.membersOf(key) : [key];
    const before = covered.map((each) => frontend.heldRevision(each));
    const session = frontend.invalidate(key, version);
    covered.forEach((each, index) =>
      this.checker.heldBecame(each, before[index], frontend.heldRevision(each), revision),
    );
    if (revision !== undefined) for (const each of covered) this.checker.invalidationAnswered(name, each, revision);
    return session;
  }

  /** The cache keeps no value for an absence, so the revision it stands for is kept here for the checker. */
  rememberAbsence(frontend: NodeName, key: CacheKey, entry: Entry<number>, revision: number): void {
    if (entry.kind !== 'absence') return;
    this.absences.set(`${frontend} ${key} ${entry.version.epoch}.${entry.version.sequence} ${entry.readAt}`, {
      version: entry.version,
      revision,
    });
  }

  absenceRevision(frontend: NodeName, key: CacheKey, entry: Entry<number>): number {
    return (
      this.absences.get(`${frontend} ${key} ${entry.version.epoch}.${entry.version.sequence} ${entry.readAt}`)
        ?.revision ?? 0
    );
  }

  private shop(): void {
    const frontends = [...this.frontends.values()];
    if (frontends.length === 0) return;
    const frontend = this.random.pick(frontends);
    // A few products are popular.
    const product = this.random.chance(0.6) ? (this.keys[0] as CacheKey) : this.random.pick(this.keys);
    const isForOne = this.random.chance(this.scenario.variants);
    const key = isForOne ? variantOf(product, `user-${this.random.integer(1, 3)}`) : product;
    this.ask(frontend, this.checker.readSent(frontend.name, key));
  }

  private offer(): void {
    const frontends = [...this.frontends.values()];
    if (frontends.length > 0)
      this.random.pick(frontends).offerLater(this.random.pick(this.keys), this.random.integer(0, 150));
  }

  /** An order was acknowledged. Now and then whoever placed it looks at the product, at whatever frontend. */
  ordered(keys: readonly CacheKey[], own: { readonly version: Version; readonly revision: number }): void {
    if (this.isQuiet || !this.random.chance(0.4)) return;
    this.queue.schedule(this.now() + this.random.integer(0, 6), () => {
      const frontends = [...this.frontends.values()];
      if (frontends.length === 0) return;
      const frontend = this.random.pick(frontends);
      this.ask(frontend, this.checker.readSent(frontend.name, this.random.pick(keys), own));
    });
  }

  /** Every second product is plush, and says so with its value. */
  groupsOf(key: CacheKey): readonly CacheKey[] {
    return this.keys.indexOf(key) % 2 === 0 ? [plush] : [];
  }

  private membersOf(group: CacheKey): readonly CacheKey[] {
    return this.keys.filter((key) => this.groupsOf(key).includes(group));
  }

  private ask(frontend: SimFrontend, read: PendingRead): void {
    this.network.runAt(frontend.name, this.now(), () => {
      if (!frontend.dead) frontend.read(read);
    });
  }

  private order(): void {
    if (this.owner === undefined) return;
    const kind = this.random.fraction();
    if (kind < 0.05) return this.owner.order(this.keys, [wholeCollection('products')]);
    if (kind > 0.93) return this.owner.order(this.membersOf(plush), [plush]);
    const keys =
      kind < 0.2
        ? [this.random.pick(this.keys), this.keys[0] as CacheKey]
        : [this.random.chance(0.5) ? (this.keys[0] as CacheKey) : this.random.pick(this.keys)];
    const distinct = [...new Set(keys)];
    this.owner.order(distinct, distinct);
  }

  private disturb(): void {
    const { partitions, pauses, ownerCrashes, frontendCrashes } = this.scenario;
    const names = [...this.frontends.keys()];
    const name = names.length === 0 ? undefined : this.random.pick(names);
    if (partitions && name !== undefined && this.random.chance(0.25)) this.cutLink(name);
    if (pauses && name !== undefined && this.random.chance(0.2)) this.network.pause(name, this.random.integer(10, 150));
    if (frontendCrashes && name !== undefined && this.random.chance(0.1)) this.restartFrontend(name);
    if (ownerCrashes && this.owner !== undefined && this.random.chance(0.1)) this.restartOwner();
  }

  private cutLink(name: NodeName): void {
    const direction = this.random.integer(0, 2);
    const forMs = this.scenario.longCuts ? this.random.integer(100, 350) : this.random.integer(20, 150);
    if (direction !== 1) this.network.cut('owner', name, forMs);
    if (direction !== 0) this.network.cut(name, 'owner', forMs);
  }

  /** A link that breaks about when a process starts meets it in the middle of its registration. */
  private restartFrontend(name: NodeName): void {
    this.frontends.get(name)?.crash();
    this.frontends.delete(name);
    const at = this.now() + this.random.integer(1, 80);
    this.queue.schedule(at, () => this.startFrontend(name));
    if (!this.scenario.partitions || this.random.chance(0.5)) return;
    this.queue.schedule(at + this.random.integer(-5, 40), () => {
      if (!this.isQuiet) this.cutLink(name);
    });
  }

  private restartOwner(): void {
    this.owner?.crash();
    this.owner = undefined;
    this.queue.schedule(this.now() + this.random.integer(1, 50), () => {
      if (this.owner === undefined) this.startOwner();
    });
  }

  private startOwner(): void {
    this.owner = new SimOwner(this, this.stock, this.mutant.owner, this.mutant.flaws);
  }

  private startFrontend(name: NodeName): void {
    this.incarnations += 1;
    const instance = this.incarnations.toString(16).padStart(32, '0');
    this.frontends.set(name, new SimFrontend(this, name, instance, this.mutant.frontend));
  }

  /** After the faults: a product that is asked for twice comes from the cache the second time. */
  private checkRecovery(): void {
    for (const frontend of this.frontends.values()) {
      const key = this.keys[0] as CacheKey;
      frontend.read(this.checker.readSent(frontend.name, key));
      this.queue.runUntil(this.now() + 20);
      const hits = this.checker.hits;
      frontend.read(this.checker.readSent(frontend.name, key));
      if (this.checker.hits === hits)
        this.checker.report('liveness', `${frontend.name} does not use its cache after everything has healed`);
    }
  }

  private every(averageMs: number, happen: () => void): void {
    const next = () => {
      if (this.isQuiet) return;
      happen();
      this.queue.schedule(this.now() + this.random.integer(0, averageMs * 2), next);
    };
    this.queue.schedule(0, next);
  }
}

/** What was on its way when the link was cut may still bring a lease, and news of a later one. Pauses and late copies have no end. */
function waitsOfCutMaxMs(scenario: Scenario, { delayMaxMs }: SimNetwork): number {
  const { leaseMs, renewGuardMs, heartbeatMs, pauses, lateCopies } = scenario;
  return pauses || lateCopies > 0 ? Infinity : leaseMs + renewGuardMs + heartbeatMs + 2 * delayMaxMs;
}

export function simulate(seed: number, mutant: Mutant): SimulationReport {
  return new SimWorld(scenarioOf(seed), mutant).run();
}
