import type { Election, Fence } from '@quorumkit/leader';
import type { OrderReplica } from './order-replica.js';
import { spareName, type Store } from './store.js';

/** Sees why leadership leaves one replica, from outside. */
export class LeadershipWatch {
  private isAskedTo = false;
  /** Who leadership was being handed to when this replica last looked. */
  private heir: string | undefined;

  constructor(
    private readonly store: Store,
    private readonly replica: OrderReplica,
  ) {}

  watch(election: Election): void {
    const { process } = this.replica;
    const { life } = process;
    this.isAskedTo = false;
    this.heir = undefined;
    election.state$.subscribe(({ role, term, transferringTo }) => {
      if (process.life !== life) return;
      const isNew = transferringTo !== undefined && this.heir === undefined;
      this.heir = transferringTo;
      if (isNew && role === 'leader' && !this.isAskedTo) this.makesWay(transferringTo, term);
    });
  }

  /** As at a shutdown: somebody asked for it. */
  handOver(election: Election, to: string | undefined): void {
    this.isAskedTo = true;
    election
      .transferLeadership(to)
      .catch((error: unknown) => this.store.world.note(() => `no hand-over: ${String(error)}`))
      .finally(() => (this.isAskedTo = false));
  }

  elected(fence: Fence): void {
    const { store, replica } = this;
    const { name } = replica;
    store.world.trace(`${name} takes office in term ${fence.term}`);
    if (name === spareName) store.count('spare led');
    if (store.makingWay?.heir === name && store.makingWay.term === fence.term - 1) store.count('priority took over');
    store.makingWay = undefined;
  }

  /** Of itself: its disk is slow or full, it is being removed, or a higher priority is there. */
  private makesWay(heir: string, term: number): void {
    const { store, replica } = this;
    const { disk, raft, name } = replica;
    if (disk.isSlow) return store.count('slow disk handed over');
    const priorityOf = (id: string): number => raft?.members.find((member) => member.id === id)?.priority ?? 0;
    if (disk.isFull || priorityOf(heir) <= priorityOf(name)) return;
    store.makingWay = { heir, term };
    store.count('way made for a priority');
  }
}
