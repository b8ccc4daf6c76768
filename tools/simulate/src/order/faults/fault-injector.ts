import { unreachable } from '@toystore/contracts';
import type { OrderFault, OrderFaultKind, TimedOrderFault, Victim } from '../schedule/order-fault.js';
import { describeOrderFault } from '../schedule/order-fault.js';
import type { Disk } from '../services/disk.js';
import type { Store } from '../services/store.js';
import { replicaNames } from '../services/store.js';
import { firstWallTimeMs } from '../world/virtual-process.js';
import { Operator } from './operator.js';

const hourMs = 3_600_000;

/** Carries a script of faults out on a store, and puts killed processes back after a while. */
export class FaultInjector {
  /** How many faults of each kind struck. */
  readonly counts = new Map<OrderFaultKind, number>();
  /** Replicas whose disk was replaced. */
  readonly lostStores = new Set<string>();
  private readonly operator: Operator;
  private isOver = false;

  constructor(private readonly store: Store) {
    this.operator = new Operator(store);
  }

  /** Times count from now. */
  schedule(faults: readonly TimedOrderFault[]): void {
    const { world } = this.store;
    const beganAt = world.now;
    for (const timed of faults) {
      world.schedule(beganAt + timed.atMs, 'fault', () => {
        if (this.isOver) return;
        world.trace(`fault ${describeOrderFault(timed).trimStart()}`);
        this.inject(timed.fault);
      });
    }
  }

  /** Everything works again: processes run, links carry, clocks stay where they are. */
  heal(): void {
    this.isOver = true;
    this.store.network.heal();
    for (const { disk } of [this.store.catalog, ...this.store.replicas]) disk.heal();
    for (const { process } of this.store.services) {
      process.pausedUntil = Math.min(process.pausedUntil, this.store.world.now);
      this.store.start(process.name);
    }
  }

  private inject(fault: OrderFault): void {
    const { store } = this;
    this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    switch (fault.kind) {
      case 'kill leader':
        return this.kill('leader', fault.downMs);
      case 'kill replica':
      case 'kill frontend':
        return this.kill(fault.victim, fault.downMs);
      case 'kill catalog':
        return this.kill('catalog', fault.downMs);
      case 'kill group':
        for (const { name } of store.replicas) this.kill(name, fault.downMs);
        return;
      case 'pause':
        return store.service(this.nameOf(fault.victim)).process.pause(fault.forMs);
      case 'cut':
        this.cut(fault.from, fault.to, fault.forMs);
        return this.cut(fault.to, fault.from, fault.forMs);
      case 'cut one way':
        return this.cut(fault.from, fault.to, fault.forMs);
      case 'isolate':
        for (const { process } of store.services) {
          this.cut(fault.victim, process.name, fault.forMs);
          this.cut(process.name, fault.victim, fault.forMs);
        }
        return;
      case 'bad links':
      case 'echoes':
        store.network.conditions = fault.conditions;
        return;
      case 'old debits': {
        const batch = store.sentDebits[Math.floor(fault.which * store.sentDebits.length)];
        if (batch !== undefined) store.repeatDebit(batch);
        return;
      }
      case 'clock jump':
        store.service(this.nameOf(fault.victim)).process.wallOffsetMs = firstWallTimeMs + fault.hours * hourMs;
        return;
      case 'hand over':
        return this.handOver(fault.to);
      case 'slow disk':
        return this.diskOf(fault.victim).slowDown(fault);
      case 'sync error':
        return this.failDisk(this.nameOf(fault.victim), fault);
      case 'disk full':
        return this.diskOf(fault.victim).fillUp(fault.forMs);
      case 'lost store':
        return this.loseStore(this.nameOf(fault.victim), fault.downMs);
      case 'add learner':
      case 'promote':
      case 'demote':
      case 'remove':
        return this.operator.change(fault.kind, fault.member);
      default:
        return unreachable(fault);
    }
  }

  private nameOf(victim: Victim): string {
    return victim === 'leader' ? (this.store.leader?.name ?? replicaNames[0]) : victim;
  }

  private diskOf(victim: Victim): Disk {
    const name = this.nameOf(victim);
    return name === 'catalog' ? this.store.catalog.disk : this.store.replica(name).disk;
  }

  private failDisk(
    name: string,
    { isWritten, downMs }: { readonly isWritten: boolean; readonly downMs: number },
  ): void {
    this.diskOf(name).failNextSync({ isWritten, ended: () => this.kill(name, downMs) });
  }

  private loseStore(name: string, downMs: number): void {
    if (!this.operator.canLoseStoreOf(name)) return;
    this.kill(name, downMs);
    this.diskOf(name).replace();
    this.lostStores.add(name);
    this.store.count('store lost');
  }

  private cut(from: Victim, to: Victim, forMs: number): void {
    this.store.network.cut(this.nameOf(from), this.nameOf(to), this.store.world.now + forMs);
  }

  private handOver(to?: string): void {
    const { leader, world } = this.store;
    if (leader !== undefined)
      world.schedule(world.now, 'hand over', () => leader.transferLeadership(to), leader.process);
  }

  private kill(victim: Victim, downMs: number): void {
    const { store } = this;
    const name = this.nameOf(victim);
    store.kill(name);
    store.world.schedule(store.world.now + downMs, 'restart', () => {
      if (!this.isOver) store.start(name);
    });
  }
}
