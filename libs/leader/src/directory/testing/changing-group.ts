import { MembershipRefusedError } from '../../errors/leader-errors.js';
import { type ClusterMember, InMemoryCluster } from '../../testing/in-memory-cluster.js';
import { ManualClock } from '../../testing/manual-clock.js';

const idle = { apply: () => 1, snapshot: () => 0, restore: () => undefined };
const passing: readonly unknown[] = ['notCaughtUp', 'changePending', 'notCommittedInTerm', 'noQuorum'];

type Idle = typeof idle;

/** A group in memory that begins with r1, r2 and r3, and what operators do with it. */
export class ChangingGroup {
  readonly clock = new ManualClock(1000);
  readonly cluster = new InMemoryCluster({ stateMachine: () => idle, clock: this.clock });

  static async start(): Promise<ChangingGroup> {
    const group = new ChangingGroup();
    await group.cluster.start();
    await group.leader();
    return group;
  }

  /** Lets time pass until the promise settles. */
  async done<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const note = (): void => void (settled = true);
    promise.then(note, note);
    await this.clock.until(() => settled, 'the promise to settle');
    return promise;
  }

  async leader(): Promise<ClusterMember<Idle>> {
    await this.clock.until(() => this.cluster.leader !== undefined, 'a leader in office');
    return this.cluster.leader as ClusterMember<Idle>;
  }

  /** Asks whoever leads for a change until the group is ready for it. */
  async change(make: (leader: ClusterMember<Idle>) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await this.done(make(await this.leader()));
        return;
      } catch (error) {
        if (!(error instanceof MembershipRefusedError) || !passing.includes(error.reason)) throw error;
        await this.clock.advance(100);
      }
    }
  }

  /** Learner, caught up, voter. */
  async join(member: { readonly id: string; readonly url: string; readonly priority: number }): Promise<void> {
    await this.cluster.startMember(member.id);
    await this.change(({ membership }) => membership.addLearner(member));
    await this.change(({ membership }) => membership.promote(member.id));
  }

  /** Adds the next member; returns its id. */
  async grow(): Promise<string> {
    const newcomer = this.cluster.newcomer();
    await this.join(newcomer);
    return newcomer.id;
  }

  /** Out of the group, and its process is ended. */
  async retire(id: string): Promise<void> {
    await this.change(({ membership }) => membership.remove(id));
    await this.clock.advance(300);
    await this.cluster.crash(id);
  }
}
