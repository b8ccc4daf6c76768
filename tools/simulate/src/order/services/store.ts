import type { DebitBatch } from '@toystore/contracts';
import { type LinkConditions, Network } from '../network/network.js';
import { PeerLinks } from '../network/peer-links.js';
import type { KeyPlan } from '../schedule/order-plan.js';
import { KeyWatch } from '../checks/key-watch.js';
import { Truth } from '../checks/truth.js';
import { World } from '../world/world.js';
import { Catalog } from './catalog.js';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { Disk } from './disk.js';
import { Frontend } from './frontend.js';
import type { HostKind } from './group-host.js';
import type { OrderGroupPlan } from './group-tuning.js';
import { OrderReplica } from './order-replica.js';
import { PointLog } from './protocol-points.js';
import type { Service } from './service.js';
import type { StoreEvent } from './store-events.js';

export interface StoreOptions {
  readonly seed: number;
  readonly keepTrace: boolean;
  /** How the replicated groups are hosted: bare, or by the whole Nest module. */
  readonly host: HostKind;
  readonly stock: Readonly<Record<string, number>>;
  readonly keys: KeyPlan;
  /** Of the order group. */
  readonly group: OrderGroupPlan;
  /** Of the first moment; faults change them. */
  readonly links?: LinkConditions;
}

export const replicaNames = ['order-1', 'order-2', 'order-3'] as const;
/** Belongs to the group when it is added. */
export const spareName = 'order-4';
export const frontendNames = ['frontend-1', 'frontend-2'] as const;

/** Timing, ms. Shorter than in the store, in the same proportions: virtual time costs work, too. */
export const timing = {
  /** Of a life of the catalog: one of these. */
  leaseMsOfLives: [800, 400],
  /** The frontends' own setting; a catalog with shorter leases asks for more. */
  leaseHeartbeatMs: 200,
  heartbeatsPerLease: 4,
  deliveryTimeoutMs: 150,
  /** Above twice the longest lease. */
  debitTimeoutMs: 2_000,
  restockIntervalMs: 700,
  orderDeadlineMs: 1_300,
  fsyncMs: 0.8,
} as const;

/** What a product that is out of stock is filled up to. */
export const restockLevel = 6;

/** One world with all of the store's processes in it. */
export class Store {
  readonly world: World;
  readonly network: Network;
  readonly peers: PeerLinks;
  readonly truth: Truth;
  readonly keyWatch: KeyWatch;
  readonly points = new PointLog();
  readonly happened = new Map<StoreEvent, number>();
  /** Leadership is being passed to a higher priority: to whom, in which term. */
  makingWay: { readonly heir: string; readonly term: number } | undefined;
  /** Every batch that a leader has sent: the network may still hold a copy of it. */
  readonly sentDebits: DebitBatch[] = [];
  readonly replicas: readonly OrderReplica[];
  readonly catalog: Catalog;
  readonly frontends: readonly Frontend[];

  constructor(readonly options: StoreOptions) {
    this.world = new World(options.seed, { keepTrace: options.keepTrace });
    this.network = new Network(this.world);
    if (options.links !== undefined) this.network.conditions = options.links;
    this.peers = new PeerLinks(this.network);
    this.truth = new Truth(this.world);
    this.keyWatch = new KeyWatch(this);
    this.catalog = new Catalog(this);
    const spares = options.group.sparePriority === undefined ? [] : [spareName];
    this.replicas = [...replicaNames, ...spares].map((name) => new OrderReplica(this, name));
    this.frontends = frontendNames.map((name) => new Frontend(this, name));
  }

  get services(): readonly Service[] {
    return [this.catalog, ...this.replicas, ...this.frontends];
  }

  service(name: string): Service {
    const service = this.services.find(({ process }) => process.name === name);
    if (service === undefined) throw new RangeError(`there is no ${name}`);
    return service;
  }

  /** In office in the newest term. */
  get leader(): OrderReplica | undefined {
    return this.replicas
      .filter((replica) => replica.process.isAlive && replica.state?.inOffice === true)
      .sort((left, right) => (right.state?.term ?? 0) - (left.state?.term ?? 0))[0];
  }

  replica(name: string): OrderReplica {
    const replica = this.replicas.find((candidate) => candidate.name === name);
    if (replica === undefined) throw new RangeError(`there is no replica ${name}`);
    return replica;
  }

  /** Names and priorities of the first members. */
  get firstMembers(): readonly { readonly id: string; readonly priority: number }[] {
    return replicaNames.map((id, position) => ({ id, priority: this.options.group.priorities[position] ?? 1 }));
  }

  count(event: StoreEvent): void {
    this.world.trace(event);
    this.happened.set(event, (this.happened.get(event) ?? 0) + 1);
  }

  /** A process says that it must end. Only its disk explains that. */
  ends({ process, disk }: { readonly process: VirtualProcess; readonly disk: Disk }, why: string): void {
    if (disk.failure === undefined) return this.world.violate('No Crash', `${process.name} ${why}`);
    this.count('disk refused a sync');
    disk.failure.ended();
  }

  start(name: string): void {
    const { process } = this.service(name);
    if (process.isAlive) return;
    process.start();
    this.world.trace(`start ${name}`);
    this.world.schedule(this.world.now, `start ${name}`, () => this.service(name).begin(), process);
  }

  /** A debit call of some time ago, by whatever leader, arrives at the catalog once more. Nobody hears the answer. */
  repeatDebit(batch: DebitBatch): void {
    const { catalog, world } = this;
    world.trace(`debits of term ${batch.term} come again`);
    world.schedule(world.now, 'repeat POST /debits', () => void catalog.debit(batch), catalog.process);
  }

  /** As kill -9. */
  kill(name: string): void {
    const { process } = this.service(name);
    if (!process.isAlive) return;
    this.world.trace(`kill ${name}`);
    this.service(name).lose();
    process.kill();
    this.peers.announceGone(process);
  }
}
