import { LeaderError } from '@quorumkit/leader';
import type { MembershipFaultKind } from '../schedule/order-fault.js';
import type { OrderReplica } from '../services/order-replica.js';
import type { StoreEvent } from '../services/store-events.js';
import type { Store } from '../services/store.js';

const changes = {
  'add learner': { call: 'addLearner', done: 'learner added' },
  promote: { call: 'promote', done: 'member promoted' },
  demote: { call: 'demote', done: 'member demoted' },
  remove: { call: 'remove', done: 'member removed' },
} as const satisfies Record<MembershipFaultKind, { readonly call: string; readonly done: StoreEvent }>;

/** Changes who belongs to the order group, and loses disks: at most what the group is promised to survive. */
export class Operator {
  constructor(private readonly store: Store) {}

  /** On whoever leads. What the group refuses is not done. */
  change(kind: MembershipFaultKind, member: string): void {
    const { store } = this;
    const { leader, world } = store;
    if (leader === undefined) return;
    // Taking a voter away while another one's store is lost can leave nobody who could elect: no fault of the group.
    const takesAway = kind === 'remove' || kind === 'demote';
    if (takesAway && leader.raft?.members.some(({ id, storeId }) => this.isLost(id, storeId)) === true) return;
    const { call, done } = changes[kind];
    world.schedule(
      world.now,
      `${kind} ${member}`,
      () => {
        leader.changeMembers(call, member).then(
          () => store.count(done),
          (error: unknown) => {
            if (!(error instanceof LeaderError)) throw error;
            world.note(() => `${kind} ${member}: ${error.message}`);
          },
        );
      },
      leader.process,
    );
  }

  /** Three voters with nothing to come back from, as the leader knows that nobody can have replaced. */
  canLoseStoreOf(victim: string): boolean {
    const { leader, replicas } = this.store;
    const raft = leader?.raft;
    if (raft === undefined || raft.pendingChange !== undefined || !raft.committedInTerm) return false;
    if (replicas.some((replica) => termOf(replica) > raft.term)) return false;
    if (raft.voters.length < 3 || !raft.voters.some((voter) => voter === victim)) return false;
    if (raft.members.some(({ kind }) => kind === 'returning')) return false;
    return !raft.members.some(({ id, kind, storeId }) => kind === 'voter' && this.isLost(id, storeId));
  }

  /** Its store is another one than the configuration names, or will be when it starts again. */
  private isLost(id: string, storeId: number): boolean {
    return this.store.replica(id).disk.storeId !== storeId;
  }
}

function termOf({ raft, disk }: OrderReplica): number {
  return Math.max(raft?.term ?? 0, disk.term);
}
