import { calmLinks } from '../network/network.js';
import type { Store } from '../services/store.js';
import { replicaNames } from '../services/store.js';
import type { Prng } from '../world/prng.js';

/** Which faults a schedule has; 0 is never. Shares of all faults. */
export const faultKinds = [
  'kill leader',
  'kill replica',
  'kill catalog',
  'kill frontend',
  'kill group',
  'pause',
  'cut',
  'cut one way',
  'isolate',
  'bad links',
  'echoes',
  'old debits',
  'clock jump',
  'hand over',
] as const;

export type FaultKind = (typeof faultKinds)[number];

const hourMs = 3_600_000;

/** Does something bad at random moments, and puts killed processes back after a while. */
export class Nemesis {
  readonly done = new Map<FaultKind, number>();
  private isOver = false;

  constructor(
    private readonly store: Store,
    private readonly random: Prng,
    private readonly kinds: readonly FaultKind[],
    private readonly everyMs: number,
  ) {}

  begin(): void {
    this.next();
  }

  /** Everything works again: processes run, links carry, clocks stay where they are. */
  heal(): void {
    this.isOver = true;
    this.store.network.heal();
    for (const { process } of this.store.services) {
      process.pausedUntil = Math.min(process.pausedUntil, this.store.world.now);
      this.store.start(process.name);
    }
  }

  private next(): void {
    const { world } = this.store;
    world.schedule(world.now + this.random.between(0, 2 * this.everyMs), 'nemesis', () => {
      if (this.isOver) return;
      this.strike(this.random.pick(this.kinds));
      this.next();
    });
  }

  private strike(kind: FaultKind): void {
    const { store, random } = this;
    this.done.set(kind, (this.done.get(kind) ?? 0) + 1);
    store.world.trace(`fault ${kind}`);
    const names = store.services.map(({ process }) => process.name);
    const forMs = random.pick([30, 150, 600, 1_500]);
    switch (kind) {
      case 'kill leader':
        return this.kill(store.leader?.name ?? random.pick(replicaNames), forMs);
      case 'kill replica':
        return this.kill(random.pick(replicaNames), forMs);
      case 'kill catalog':
        return this.kill('catalog', forMs);
      case 'kill frontend':
        return this.kill(random.pick(store.frontends).name, forMs);
      case 'kill group':
        for (const name of replicaNames) this.kill(name, forMs);
        return;
      case 'pause':
        store.service(random.pick(names)).process.pause(random.between(20, 1_800));
        return;
      case 'cut':
      case 'cut one way': {
        const [from, to] = [random.pick(names), random.pick(names)];
        const until = store.world.now + forMs;
        store.network.cut(from, to, until);
        if (kind === 'cut') store.network.cut(to, from, until);
        return;
      }
      case 'isolate': {
        const one = random.chance(0.5) ? (store.leader?.name ?? random.pick(names)) : random.pick(names);
        for (const other of names) {
          store.network.cut(one, other, store.world.now + forMs);
          store.network.cut(other, one, store.world.now + forMs);
        }
        return;
      }
      case 'bad links':
        store.network.conditions = {
          delayMinMs: 0.2,
          delayMaxMs: random.between(1, 40),
          loss: random.between(0, 0.2),
          duplication: random.between(0, 0.3),
          late: random.between(0, 0.3),
          lateMs: random.between(1, 1_000),
        };
        return;
      case 'echoes':
        store.network.conditions = {
          ...calmLinks,
          duplication: random.between(0.2, 0.6),
          late: random.between(0.1, 0.5),
          lateMs: random.between(100, 1_500),
        };
        return;
      case 'old debits':
        if (store.sentDebits.length > 0) store.repeatDebit(random.pick(store.sentDebits));
        return;
      case 'clock jump':
        store.service(random.pick(names)).process.wallOffsetMs = Date.UTC(2030, 0, 1) + random.between(-8, 8) * hourMs;
        return;
      case 'hand over':
        this.handOver();
    }
  }

  private handOver(): void {
    const { leader, world } = this.store;
    if (leader !== undefined) world.schedule(world.now, 'hand over', () => leader.transferLeadership(), leader.process);
  }

  private kill(name: string, forMs: number): void {
    const { store } = this;
    store.kill(name);
    store.world.schedule(store.world.now + forMs, 'restart', () => {
      if (!this.isOver) store.start(name);
    });
  }
}
