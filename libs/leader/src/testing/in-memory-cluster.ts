import type { GroupLimits, GroupOptions, MemberOptions } from '../group/group-options.js';
import { parseGroupOptions } from '../group/parse-group-options.js';
import { raft, type RaftTuning } from '../group/raft-engine.js';
import type { Election, Fence } from '../election/election.js';
import type { FitnessCheck } from '../election/fitness.js';
import { GroupElection } from '../election/group-election.js';
import type { LogStore, StoreCondition } from '../log-store/log-store.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { GroupMembership } from '../membership/group-membership.js';
import type { Membership } from '../membership/membership.js';
import { GroupLog } from '../replicated-log/group-log.js';
import type { ReplicatedLog } from '../replicated-log/replicated-log.js';
import type { StateMachine } from '../replicated-log/state-machine.js';
import type { Clock } from '../runtime/clock.js';
import type { PeerStanding } from '../runtime/first-start.js';
import { GroupReplica } from '../runtime/group-replica.js';
import type { ReplicaObserver } from '../runtime/replica-observer.js';
import { InMemoryNetwork } from './in-memory-network.js';

export interface InMemoryClusterOptions<M extends StateMachine> {
  /** How many voters; their ids are `r1`, `r2`, … and their priorities 1, 2, …. Default 3. */
  readonly size?: number;
  readonly group?: string;
  /** A fresh state machine; called at each start of a replica. */
  readonly stateMachine: () => M;
  /** Usually a `ManualClock`. */
  readonly clock: Clock;
  /** How long a group commit takes, ms of the clock; what was not committed is lost in a crash. Default 0. */
  readonly syncMs?: number;
  /** Where a member keeps its log. Default: in memory, with `syncMs`. */
  readonly storage?: (id: string) => MemberStorage;
  readonly limits?: Partial<GroupLimits>;
  /** As in `GroupOptions`; here by default `assumeNew`. */
  readonly firstStart?: 'ask' | 'assumeNew';
  readonly tuning?: RaftTuning;
  readonly hooks?: (id: string) => {
    elected?(fence: Fence, signal: AbortSignal): Promise<void>;
    deposed?(): Promise<void>;
  };
  readonly fitness?: (id: string) => readonly FitnessCheck[];
  readonly observer?: (id: string) => ReplicaObserver;
}

/** One member's disk through any number of restarts. */
export interface MemberStorage {
  /** A store for the next process. It may tell when it has run out of space. */
  newStore(onCondition: (condition: StoreCondition) => void): LogStore;
  /** The process is killed: what was not synced may be lost. */
  crash(): void;
}

export interface ClusterMember<M extends StateMachine> {
  readonly id: string;
  readonly election: Election;
  readonly log: ReplicatedLog<unknown, unknown>;
  readonly membership: Membership;
  /** Of the present or last run. */
  readonly stateMachine: M;
  readonly isRunning: boolean;
  readonly replica: GroupReplica | undefined;
}

class Member<M extends StateMachine> implements ClusterMember<M> {
  replica: GroupReplica | undefined;
  readonly election: GroupElection;
  readonly log: ReplicatedLog<unknown, unknown>;
  readonly membership: Membership;
  starts = 0;

  constructor(
    readonly id: string,
    group: string,
    public stateMachine: M,
    readonly storage: MemberStorage,
  ) {
    this.election = new GroupElection(() => this.replica, group, id);
    this.log = new GroupLog(() => this.replica, group);
    this.membership = new GroupMembership(() => this.replica, group);
  }

  get isRunning(): boolean {
    return this.replica?.isOpen === true;
  }
}

/**
 * A whole group in one process: memory for disks and network, and the clock that it is given. What runs on top of the
 * ports is the real thing. Replicas can crash (losing what was not durable), restart and be cut off.
 */
export class InMemoryCluster<M extends StateMachine = StateMachine> {
  readonly network: InMemoryNetwork;
  /** What replicas died of; empty in a healthy run. */
  readonly fatalErrors: Error[] = [];
  private readonly parts: Map<string, Member<M>>;
  private readonly firstIds: readonly string[];

  constructor(private readonly options: InMemoryClusterOptions<M>) {
    this.network = new InMemoryNetwork(options.clock, 1);
    this.firstIds = Array.from({ length: options.size ?? 3 }, (_, position) => `r${position + 1}`);
    this.parts = new Map(this.firstIds.map((id) => [id, this.newMember(id)]));
  }

  get members(): readonly ClusterMember<M>[] {
    return [...this.parts.values()];
  }

  get ids(): readonly string[] {
    return [...this.parts.keys()];
  }

  member(id: string): ClusterMember<M> {
    return this.part(id);
  }

  /** The member that leads in the newest term and is in office; undefined while there is none. */
  get leader(): ClusterMember<M> | undefined {
    const leaders = this.members.filter((member) => member.election.state().inOffice);
    return leaders.sort((left, right) => right.election.state().term - left.election.state().term)[0];
  }

  async start(): Promise<void> {
    for (const id of this.ids) await this.startMember(id);
  }

  async startMember(id: string): Promise<void> {
    const part = this.part(id);
    part.starts++;
    part.stateMachine = this.options.stateMachine();
    const { clock } = this.options;
    const config = parseGroupOptions(this.groupOptions(id), part.starts * 1000 + this.ids.indexOf(id));
    const hooks = this.options.hooks?.(id);
    const replica = new GroupReplica(
      config,
      {
        clock,
        store: part.storage.newStore((condition) => part.replica?.storeConditionChanged(condition)),
        transport: this.network.transport(id),
        ask: (member) => this.standingOf(id, member.id),
        askFitness: (member) => this.isFit(id, member.id),
      },
      {
        stateMachine: part.stateMachine,
        hooks: {
          elected: async (fence, signal) => hooks?.elected?.(fence, signal),
          deposed: async () => hooks?.deposed?.(),
        },
        fitness: this.options.fitness?.(id) ?? [],
        observer: this.options.observer?.(id) ?? {},
        onFatal: (error) => this.fatalErrors.push(error),
      },
    );
    part.replica = replica;
    replica.changes.on(() => part.election.announce());
    await replica.start();
    replica.openOffice();
  }

  /** Stops in an orderly way, without handing leadership over. */
  async stopMember(id: string): Promise<void> {
    await this.part(id).replica?.stop();
  }

  /** As kill -9: what was not durable is lost, connections break. */
  async crash(id: string): Promise<void> {
    const part = this.part(id);
    part.storage.crash();
    await part.replica?.stop();
    this.network.announceGone(id);
  }

  async stop(): Promise<void> {
    for (const id of this.ids) await this.stopMember(id);
  }

  /** As over a real network: no answer from a member that is down or cut off. */
  private standingOf(from: string, to: string): Promise<PeerStanding> {
    const { replica } = this.part(to);
    if (replica?.isOpen !== true || this.network.isCut(from, to))
      return Promise.reject(new Error(`${to} does not answer`));
    return Promise.resolve({ history: replica.history, term: replica.status?.term ?? 0 });
  }

  private async isFit(from: string, to: string): Promise<boolean> {
    const { replica } = this.part(to);
    if (replica?.isOpen !== true || this.network.isCut(from, to)) throw new Error(`${to} does not answer`);
    return (await replica.objectionToLeading()) === undefined;
  }

  /** A member that is to be added to the group; start it with `startMember`. Its id is the next one: `r4`, … */
  newcomer(): ClusterMember<M> & { readonly url: string; readonly priority: number } {
    const position = this.parts.size;
    const id = `r${position + 1}`;
    this.parts.set(id, this.newMember(id));
    return Object.assign(this.part(id), this.optionsOf(id));
  }

  private newMember(id: string): Member<M> {
    const { group = 'test', stateMachine, storage } = this.options;
    return new Member(id, group, stateMachine(), storage?.(id) ?? this.newStorage(id));
  }

  private optionsOf(id: string): MemberOptions {
    return { id, url: `http://${id}.invalid`, priority: Number(id.slice(1)) };
  }

  private newStorage(name: string): MemberStorage {
    const { clock, syncMs = 0 } = this.options;
    const sync = (): Promise<void> =>
      syncMs === 0 ? Promise.resolve() : new Promise((resolve) => clock.setTimer(clock.now() + syncMs, resolve));
    const store = new MemoryLogStore({ name, sync });
    return { newStore: () => store, crash: () => store.crash() };
  }

  private part(id: string): Member<M> {
    const part = this.parts.get(id);
    if (part === undefined) throw new RangeError(`there is no member ${id}, only ${this.ids.join(', ')}`);
    return part;
  }

  private groupOptions(id: string): GroupOptions {
    return {
      name: this.options.group ?? 'test',
      nodeId: id,
      members: this.firstIds.map((member) => this.optionsOf(member)),
      ...(!this.firstIds.includes(id) && { joining: this.optionsOf(id) }),
      dataDir: 'memory',
      auth: 'none',
      firstStart: this.options.firstStart ?? 'assumeNew',
      engine: raft(this.options.tuning ?? {}),
      ...(this.options.limits && { limits: this.options.limits }),
    };
  }
}
