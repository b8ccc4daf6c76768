import type { Term } from '@quorumkit/raft';
import { settledConfigurationOf } from '../../membership/settled-configuration.js';
import type { InMemoryCluster } from '../../testing/in-memory-cluster.js';
import type { ManualClock } from '../../testing/manual-clock.js';
import type { MemberCalls } from '../member-calls.js';

/** The directory's calls, answered by the replicas of a cluster in memory. */
export class ClusterCalls implements MemberCalls {
  /** Members whose process hangs: they accept calls and never answer. */
  readonly hanging = new Set<string>();
  readonly nominations: string[] = [];
  /** Off: the members are of a version that does not say who belongs to the group. */
  tellsMembers = true;
  statuses = 0;

  constructor(
    private readonly cluster: InMemoryCluster,
    private readonly clock: ManualClock,
  ) {}

  async status({ id }: { readonly id: string }, timeoutMs: number): ReturnType<MemberCalls['status']> {
    this.statuses++;
    if (this.hanging.has(id)) return this.afterTimeout(timeoutMs);
    const member = this.cluster.member(id);
    if (!member.isRunning) return { kind: 'gone', why: 'connect ECONNREFUSED' };
    const { term, role, leader, inOffice, lastLogIndex, lastLogTerm } = member.election.state();
    const driver = member.replica?.status === undefined ? undefined : member.replica.running;
    const leaderContactAgeMs = driver?.leaderContactAgeMs() ?? Infinity;
    const configuration = driver === undefined || !this.tellsMembers ? null : settledConfigurationOf(driver.status());
    return {
      kind: 'status',
      status: {
        id,
        term,
        role,
        leader,
        inOffice,
        lastLogIndex,
        lastLogTerm,
        history: 'some',
        leaderContactAgeMs,
        configuration,
      },
    };
  }

  async nominate(
    { id }: { readonly id: string },
    { observedTerm, nominee }: { readonly observedTerm: number; readonly nominee: string },
  ): ReturnType<MemberCalls['nominate']> {
    const member = this.cluster.member(id);
    if (!member.isRunning || this.hanging.has(id)) return { kind: 'failed', why: 'connect ECONNREFUSED' };
    const why = member.replica?.hint({
      kind: nominee === id ? 'nominate' : 'forgetLeader',
      observedTerm: observedTerm as Term,
    });
    if (nominee === id) this.nominations.push(`${id}${why === undefined ? '' : ' refused'}`);
    return why === undefined ? { kind: 'accepted' } : { kind: 'refused', why };
  }

  async hint(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {}

  private afterTimeout(ms: number): Promise<{ readonly kind: 'silent'; readonly why: string }> {
    return new Promise((resolve) =>
      this.clock.setTimer(this.clock.now() + ms, () => resolve({ kind: 'silent', why: 'timeout' })),
    );
  }
}
