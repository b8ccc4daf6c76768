import type { Term } from '@quorumkit/raft';
import { BehaviorSubject, type Observable, distinctUntilChanged, map } from 'rxjs';
import { GroupStoppedError } from '../errors/leader-errors.js';
import type { GroupReplica } from '../runtime/group-replica.js';
import { handOverLeadership } from '../runtime/hand-over.js';
import { Election, type ElectionState, type Fence } from './election.js';

/** The election as its users see it, on top of one replica; usable before there is one, then `stopped`. */
export class GroupElection extends Election {
  readonly state$: Observable<ElectionState>;
  readonly role$: Observable<ElectionState['role']>;
  readonly leader$: Observable<string | undefined>;
  private readonly states: BehaviorSubject<ElectionState>;

  constructor(
    private readonly replica: () => GroupReplica | undefined,
    private readonly group: string,
    private readonly nodeId: string,
  ) {
    super();
    this.states = new BehaviorSubject(this.state());
    this.state$ = this.states.asObservable();
    this.role$ = this.state$.pipe(
      map((state) => state.role),
      distinctUntilChanged(),
    );
    this.leader$ = this.state$.pipe(
      map((state) => state.leader),
      distinctUntilChanged(),
    );
  }

  /** To be called on each change of the replica's status. */
  announce(): void {
    this.states.next(this.state());
  }

  state(): ElectionState {
    const replica = this.replica();
    if (replica?.status === undefined) {
      const appliedIndex = replica?.state.appliedIndex ?? 0;
      return {
        group: this.group,
        id: this.nodeId,
        role: 'stopped',
        term: 0,
        leader: undefined,
        leaderUrl: undefined,
        inOffice: false,
        lastLogIndex: 0,
        lastLogTerm: 0,
        commitIndex: 0,
        appliedIndex,
        transferringTo: undefined,
      };
    }
    const { role, term, leader, lastLogIndex, lastLogTerm, commitIndex, transferringTo } = replica.running.status();
    const inOffice = role === 'leader' && replica.office.inOffice;
    return {
      group: this.group,
      id: this.nodeId,
      role,
      term,
      leader,
      leaderUrl: this.urlOf(replica, leader),
      inOffice,
      lastLogIndex,
      lastLogTerm,
      commitIndex,
      appliedIndex: replica.state.appliedIndex,
      transferringTo,
    };
  }

  isLeader(): boolean {
    const replica = this.replica();
    if (replica?.status?.role !== 'leader') return false;
    return replica.ports.clock.now() < replica.running.status().leaseUntil;
  }

  async verifyLeader(options: { readonly deadline?: number } = {}): Promise<Fence> {
    const replica = this.started();
    if (replica.status?.role !== 'leader') throw replica.notLeader();
    const deadline = options.deadline ?? replica.ports.clock.now() + replica.config.limits.deadlineMs;
    const { term } = await replica.confirmLeadership(deadline);
    return { group: this.group, term };
  }

  nominate(): void {
    const replica = this.started();
    replica.hint({ kind: 'nominate', observedTerm: replica.status?.term ?? (0 as Term) });
  }

  async transferLeadership(to?: string): Promise<void> {
    await handOverLeadership(this.started(), to);
  }

  async resign(reason = 'it was asked to resign'): Promise<void> {
    const replica = this.started();
    if (replica.status?.role !== 'leader') return;
    await replica.office.release();
    replica.stepDown(reason);
    replica.office.readmit();
  }

  private urlOf({ members }: GroupReplica, id: string | undefined): string | undefined {
    return members.find((member) => member.id === id)?.url;
  }

  private started(): GroupReplica {
    const replica = this.replica();
    if (replica?.isOpen !== true) throw new GroupStoppedError(this.group);
    return replica;
  }
}
