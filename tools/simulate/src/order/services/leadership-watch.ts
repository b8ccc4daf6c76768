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
    election.state$.subscribe(({ role, transferringTo }) => {
      if (process.life !== life) return;
      const isNew = transferringTo !== undefined && this.heir === undefined;
      this.heir = transferringTo;
      if (isNew && role === 'leader' && !this.isAskedTo) this.makesWay();
    });
  }

  /** As at a shutdown: somebody asked for it. */
  handOver(election: Election): void {
    this.isAskedTo = true;
    election
      .transferLeadership()
      .catch((error: unknown) => this.store.world.note(() => `no hand-over: ${String(error)}`))
      .finally(() => (this.isAskedTo = false));
  }

  elected(fence: Fence): void {
    this.store.world.trace(`${this.replica.name} takes office in term ${fence.term}`);
    if (this.replica.name === spareName) this.store.count('spare led');
  }

  private makesWay(): void {
    if (this.replica.disk.isSlow) this.store.count('slow disk handed over');
  }
}
