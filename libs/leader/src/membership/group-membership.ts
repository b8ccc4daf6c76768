import type { MembershipChange, ReplicaId } from '@quorumkit/raft';
import { GroupStoppedError, MembershipRefusedError } from '../errors/leader-errors.js';
import { membersProblems } from '../group/parse-group-options.js';
import type { GroupReplica } from '../runtime/group-replica.js';
import { type ChangeOptions, type GroupMember, Membership } from './membership.js';

/** The members as their users see them, on top of one replica. */
export class GroupMembership extends Membership {
  constructor(
    private readonly replica: () => GroupReplica | undefined,
    private readonly group: string,
  ) {
    super();
  }

  members(): readonly GroupMember[] {
    return this.started().members;
  }

  addLearner({ id, url, priority }: Omit<GroupMember, 'kind'>, options?: ChangeOptions): Promise<void> {
    const problems = membersProblems([{ id, url, priority }]).map((problem) => problem.replace('members[0].', ''));
    if (problems.length > 0) return Promise.reject(new MembershipRefusedError('impossible', problems.join('; ')));
    const context = url.replace(/\/$/, '');
    return this.change({ kind: 'addLearner', member: id as ReplicaId, priority, context }, options);
  }

  promote(id: string, options?: ChangeOptions): Promise<void> {
    return this.change({ kind: 'promote', member: id as ReplicaId }, options);
  }

  demote(id: string, options?: ChangeOptions): Promise<void> {
    return this.change({ kind: 'demote', member: id as ReplicaId }, options);
  }

  remove(id: string, options?: ChangeOptions): Promise<void> {
    return this.change({ kind: 'remove', member: id as ReplicaId }, options);
  }

  private async change(change: MembershipChange, { deadline }: ChangeOptions = {}): Promise<void> {
    const replica = this.started();
    await replica.changeMembers(change, deadline ?? replica.ports.clock.now() + replica.config.limits.deadlineMs);
  }

  private started(): GroupReplica {
    const replica = this.replica();
    if (replica?.isOpen !== true) throw new GroupStoppedError(this.group);
    return replica;
  }
}
