import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ReplicaId, Term } from '@quorumkit/raft';
import type { FitnessCheck } from '../election/fitness.js';
import { GroupElection } from '../election/group-election.js';
import type { OfficeHooks } from '../election/office.js';
import { GroupStoppedError, MemberInUseError } from '../errors/leader-errors.js';
import type { GroupOptions } from '../group/group-options.js';
import { type GroupConfig, parseGroupOptions } from '../group/parse-group-options.js';
import { StorageDamagedError } from '../log-store/errors.js';
import { FileLogStore } from '../log-store/file-log-store.js';
import type { StoreCondition } from '../log-store/log-store.js';
import { nodeFileOps } from '../log-store/node-file-ops.js';
import type { StoreTrace } from '../log-store/store-trace.js';
import { GroupMembership } from '../membership/group-membership.js';
import { type SettledConfiguration, settledConfigurationOf } from '../membership/settled-configuration.js';
import { GroupLog } from '../replicated-log/group-log.js';
import type { StateMachine } from '../replicated-log/state-machine.js';
import { type Clock, SystemClock } from '../runtime/clock.js';
import { GroupReplica } from '../runtime/group-replica.js';
import type { ReplicaObserver } from '../runtime/replica-observer.js';
import { HttpPeerTransport } from '../transport/http-peer-transport.js';
import { MemberStandings } from './member-standings.js';

/** The answer to `GET /leader/status`: one replica's word about itself and whom it follows. */
export interface ReplicaStatus {
  readonly group: string;
  readonly id: string;
  readonly priority: number;
  readonly term: number;
  readonly role: string;
  readonly leader: { readonly id: string; readonly url: string } | null;
  readonly inOffice: boolean;
  readonly firstLogIndex: number;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Another one after each start of the process. */
  readonly bootId: string;
  /** How long ago the leader was heard, ms; on a leader, a quorum (0 while its lease lasts); null: never. */
  readonly leaderContactAgeMs: number | null;
  /** `full`: the log's disk has no space; this replica takes nothing and cannot lead until it has some. */
  readonly storage: StoreCondition;
  /** `some`: this replica has a log, or knows that its group has one; `none`: neither; `unknown`: it is not open. */
  readonly history: 'unknown' | 'none' | 'some';
  /** Of the applied state, where the state machine has one. */
  readonly digest: string | null;
  /** The members as of the commit index; null while a change of them is not committed, or the replica is not open. */
  readonly configuration: SettledConfiguration | null;
}

/** Whether one replica's application could do a leader's work now (`@FitToLead`). */
export interface ReplicaFitness {
  readonly group: string;
  readonly id: string;
  readonly fit: boolean;
  readonly why: string | null;
}

/** One group as this process hosts it: made with the application, started and stopped with it. */
export class HostedGroup {
  readonly config: GroupConfig;
  readonly election: GroupElection;
  readonly log: GroupLog<unknown, unknown>;
  readonly membership: GroupMembership;
  readonly bootId = randomUUID();
  readonly clock: Clock;
  /** Undefined where the options bring a transport of their own. */
  http: HttpPeerTransport | undefined;
  private readonly standings: MemberStandings;
  private current: GroupReplica | undefined;
  private handedOver: Promise<void> | undefined;

  constructor(options: GroupOptions) {
    this.config = parseGroupOptions(options, randomInt(2 ** 47));
    this.clock = this.config.ports.clock ?? new SystemClock();
    const { name, nodeId } = this.config;
    this.election = new GroupElection(() => this.current, name, nodeId);
    this.log = new GroupLog(() => this.current, name);
    this.membership = new GroupMembership(() => this.current, name);
    this.standings = new MemberStandings(name, this.config.auth);
  }

  get replica(): GroupReplica | undefined {
    return this.current;
  }

  async start(user: {
    readonly stateMachine: StateMachine;
    readonly hooks: OfficeHooks;
    readonly fitness?: readonly FitnessCheck[];
    readonly observer: ReplicaObserver;
    onFatal(error: Error): void;
  }): Promise<void> {
    const { config, clock } = this;
    const { name, nodeId, members, auth, dataDir, ports } = config;
    this.http =
      ports.transport === undefined
        ? new HttpPeerTransport({
            group: name,
            self: nodeId,
            members,
            auth,
            clock,
            bootId: this.bootId,
            onSecondProcess: (found) => user.observer.secondProcess?.(found),
            controlTimeoutMs: config.raft.electionTimeoutMaxMs,
          })
        : undefined;
    if (this.http !== undefined) await this.refuseSecondProcess();
    const transport = ports.transport ?? (this.http as HttpPeerTransport);
    const { decorate } = ports;
    const files = decorate?.files?.(nodeFileOps);
    // The replica itself ends the process when an append is refused; the store's own report is for other failures.
    const onTrace = (event: StoreTrace): void => {
      if (event.kind === 'setAside')
        user.observer.storeLost?.(`it was damaged and is kept in ${join(dataDir, event.folder)}: ${event.why}`);
    };
    const onDamage = config.onDamage === 'refetch' ? 'setAside' : 'refuse';
    const store =
      ports.logStore ??
      new FileLogStore({
        onDamage,
        trace: onTrace,
        dataDir,
        groupName: name,
        ...(files && { files }),
        onFailure: (error) => this.current?.fail(error),
        onCondition: (condition) => this.current?.storeConditionChanged(condition),
      });
    const { http } = this;
    const replica = new GroupReplica(
      config,
      {
        clock,
        store: decorate?.store?.(store) ?? store,
        transport: decorate?.transport?.(transport) ?? transport,
        ...(http && {
          ask: (member) => this.standings.ask(member),
          askFitness: (member) => this.standings.isFit(member, 2 * config.limits.fitnessTimeoutMs),
          reach: (members) => http.reach(members),
        }),
      },
      user,
    );
    this.current = replica;
    replica.changes.on(() => this.election.announce());
    await replica.start().catch((error: unknown) => {
      throw this.explained(error);
    });
  }

  /**
   * Before a shutdown: whoever can lead better leads now, and what callers wait for is finished. Done once; called
   * earlier than by Nest's own shutdown where an application drains in an order of its own.
   */
  handOver(report: (what: string, error: unknown) => void): Promise<void> {
    this.handedOver ??= this.handOverOnce(report);
    return this.handedOver;
  }

  async stop(): Promise<void> {
    await this.current?.stop();
    await this.standings.close();
  }

  status(): ReplicaStatus {
    const state = this.election.state();
    const { leader, leaderUrl } = state;
    const age = this.current?.status === undefined ? Infinity : this.current.running.leaderContactAgeMs();
    return {
      group: state.group,
      id: state.id,
      priority: this.config.self.priority,
      term: state.term,
      role: state.role,
      leader: leader === undefined || leaderUrl === undefined ? null : { id: leader, url: leaderUrl },
      inOffice: state.inOffice,
      firstLogIndex: this.current?.status === undefined ? 1 : this.current.running.status().firstLogIndex,
      lastLogIndex: state.lastLogIndex,
      lastLogTerm: state.lastLogTerm,
      commitIndex: state.commitIndex,
      appliedIndex: state.appliedIndex,
      bootId: this.bootId,
      leaderContactAgeMs: Number.isFinite(age) ? Math.round(age) : null,
      storage: this.current?.storeCondition ?? 'writable',
      history: this.current?.history ?? 'unknown',
      digest: this.current?.state.digest() ?? null,
      configuration: this.current?.status === undefined ? null : settledConfigurationOf(this.current.running.status()),
    };
  }

  /** The answer to `GET /leader/fitness`. */
  async fitness(): Promise<ReplicaFitness> {
    const { current } = this;
    if (current?.isOpen !== true) throw new GroupStoppedError(this.config.name);
    const objection = await current.objectionToLeading();
    return { group: this.config.name, id: this.config.nodeId, fit: objection === undefined, why: objection ?? null };
  }

  /** Returns why the nomination is not followed, or undefined. */
  nominated(nomination: { readonly observedTerm: number; readonly nominee: string }): string | undefined {
    const { current } = this;
    if (current?.isOpen !== true) throw new GroupStoppedError(this.config.name);
    const observedTerm = nomination.observedTerm as Term;
    return current.hint({
      kind: (nomination.nominee as ReplicaId) === this.config.nodeId ? 'nominate' : 'forgetLeader',
      observedTerm,
    });
  }

  /**
   * Whoever answers at this member's address before this process listens is another one. Best effort: one that is paused,
   * or that begins in the same instant, is not heard here; the other members hear both then, and say so.
   */
  private async refuseSecondProcess(): Promise<void> {
    const { name, self } = this.config;
    const boot = await this.standings.processAt(self);
    if (boot !== undefined && boot !== this.bootId) throw new MemberInUseError(name, self.id, self.url, boot);
  }

  private explained(error: unknown): unknown {
    const isOnlyCopy = this.config.members.length === 1 && !this.config.isJoining;
    if (!(error instanceof StorageDamagedError) || !isOnlyCopy) return error;
    return error.withAdvice(
      'This group has no other member, so nobody else has the data: keep the folder, and restore it from a backup. A group of three would have fetched it again.',
    );
  }

  private async handOverOnce(report: (what: string, error: unknown) => void): Promise<void> {
    const { current, config, clock } = this;
    if (current?.status === undefined) return;
    if (current.status.role === 'leader') {
      if (current.status.voters.length === 1) await current.office.release();
      else
        await this.election
          .transferLeadership()
          .catch((error: unknown) => report('leadership could not be handed over before the shutdown', error));
    }
    current.quiesce();
    await current.idle(clock.now() + config.limits.handoverGraceMs);
  }
}
