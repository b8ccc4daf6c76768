import type { RejectedProposal } from '../effect.js';
import type { LogIndex, ReplicaId } from '../ids.js';
import { toReplicaId } from '../ids.js';
import type { Input } from '../input.js';
import { invariant } from '../invariant.js';
import type { MembershipChange } from '../membership/configuration.js';
import { parseRaftOptions, type RaftOptions } from '../options.js';
import { Prng } from '../prng.js';
import type { Envelope } from '../message.js';
import type { TraceEvent } from '../trace.js';
import type { HostedStateMachine } from './applied-state.js';
import type { Checker } from './checkers/checker.js';
import { CommitRule } from './checkers/commit-rule.js';
import { CommittedLog } from './checkers/committed-log.js';
import { DurableMatches } from './checkers/durable-matches.js';
import { ElectionSafety, OneVoteATerm } from './checkers/election-safety.js';
import { LeaderAppendOnly } from './checkers/leader-append-only.js';
import { LinearizableReads } from './checkers/linearizable-reads.js';
import { LogMatching } from './checkers/log-matching.js';
import { OneResponse } from './checkers/one-response.js';
import { PersistedBeforeSent } from './checkers/persisted-before-sent.js';
import { TermsAreAdopted } from './checkers/terms-are-adopted.js';
import { RunHash } from './run-hash.js';
import { SimulatedNetwork } from './simulated-network.js';
import { SimulatedReplica, type Observation } from './simulated-replica.js';
import { bytesOf } from './text-bytes.js';
import { VirtualClock } from './virtual-clock.js';

export interface ClusterOptions {
  readonly seed: number;
  /** One replica each, named r1, r2, …; default three with priorities 3, 2, 1. */
  readonly priorities?: readonly number[];
  /** As many more replicas, named on from there, that wait to be added to the group. Default 0. */
  readonly spares?: number;
  readonly raft?: Partial<Omit<RaftOptions, 'id' | 'voters' | 'seed'>>;
  /** Other replicas see at once that a process is gone (its port refuses connections). Default true. */
  readonly noticesGoneProcesses?: boolean;
  /** What each process applies its entries to. Default: counts commands. */
  readonly stateMachine?: () => HostedStateMachine;
}

/** A trace event with who and when. */
export interface ClusterEvent {
  readonly at: number;
  readonly replica: ReplicaId;
  readonly event: TraceEvent;
}

const eventsRemembered = 400;

/**
 * A group in one process, on virtual time: the same seed and the same calls give the same run. Every step is watched
 * by checkers of the paper's properties, which throw `PropertyViolation`.
 */
export class SimulatedCluster {
  readonly clock = new VirtualClock();
  readonly prng: Prng;
  readonly network: SimulatedNetwork;
  readonly replicas: readonly SimulatedReplica[];
  readonly committed: CommittedLog;
  readonly reads: LinearizableReads;
  /** The latest trace events of all replicas, in order. */
  readonly events: ClusterEvent[] = [];
  /** Told of every step, after the checkers. */
  readonly listeners: Checker[] = [];
  /** Of everything that happened so far: equal for equal runs. */
  readonly hash = new RunHash();
  /** Ids of proposals that a leader appended. */
  readonly accepted = new Map<number, { readonly index: LogIndex; readonly term: number }>();
  /** Why a leader did not append them. */
  readonly refused = new Map<number, RejectedProposal>();
  /** Answers to `read`: the index to wait for, or undefined where leadership was not confirmed. */
  readonly readAnswers = new Map<number, LogIndex | undefined>();
  private readonly votes = new OneVoteATerm();
  private readonly persisted: PersistedBeforeSent;
  private readonly checkers: readonly Checker[];
  private readonly byId: ReadonlyMap<string, SimulatedReplica>;
  private readonly stateMachine: (() => HostedStateMachine) | undefined;
  private readonly noticesGoneProcesses: boolean;
  private lastId = 0;

  constructor(options: ClusterOptions) {
    this.prng = new Prng(options.seed);
    this.noticesGoneProcesses = options.noticesGoneProcesses ?? true;
    this.stateMachine = options.stateMachine;
    this.network = new SimulatedNetwork(this.clock, this.prng.fork(), (envelope) => {
      this.replica(envelope.to).give({ kind: 'message', from: envelope.from, message: envelope.message });
    });
    const priorities = options.priorities ?? [3, 2, 1];
    const voters = priorities.map((priority, offset) => ({ id: toReplicaId(`r${offset + 1}`), priority }));
    const spares = Array.from({ length: options.spares ?? 0 }, (_unused, offset) =>
      toReplicaId(`r${voters.length + offset + 1}`),
    );
    this.replicas = [...voters.map(({ id }) => id), ...spares].map((id, ordinal) => {
      const joining = ordinal >= voters.length;
      const seed = this.prng.integer(0, 2 ** 31);
      return this.createReplica(parseRaftOptions({ ...options.raft, id, voters, joining, seed }), ordinal);
    });
    this.byId = new Map(this.replicas.map((replica) => [replica.id, replica]));
    this.persisted = new PersistedBeforeSent((id) => this.replica(id).disk);
    this.committed = new CommittedLog(() => this.replicas, options.stateMachine?.());
    this.reads = new LinearizableReads(() => this.committed.lastIndex);
    this.checkers = [
      new ElectionSafety(),
      this.votes,
      new TermsAreAdopted(),
      new CommitRule(),
      new DurableMatches((id) => this.replica(id)),
      new LeaderAppendOnly(),
      new LogMatching(),
      this.committed,
      this.reads,
      new OneResponse(),
    ];
  }

  get leaders(): readonly SimulatedReplica[] {
    return this.replicas.filter((replica) => replica.isRunning && replica.role === 'leader');
  }

  /** The running leader of the highest term. */
  get leader(): SimulatedReplica | undefined {
    let highest: SimulatedReplica | undefined;
    for (const replica of this.replicas) {
      if (!replica.isRunning || replica.role !== 'leader') continue;
      if (highest === undefined || replica.status.term > highest.status.term) highest = replica;
    }
    return highest;
  }

  /** The replicas that the leader's configuration names; while there is no leader, all. */
  get members(): readonly SimulatedReplica[] {
    return this.leader?.status.members.map(({ id }) => this.replica(id)) ?? this.replicas;
  }

  replica(id: string): SimulatedReplica {
    const found = this.byId.get(id);
    invariant(found !== undefined, () => `the cluster has no replica ${id}`);
    return found;
  }

  startAll(): void {
    for (const replica of this.replicas) replica.start();
  }

  runFor(durationMs: number): void {
    this.clock.runUntil(this.clock.now + durationMs);
  }

  /** Runs until a condition holds. @returns how long it took, ms; throws when it does not hold in time. */
  runUntil(condition: () => boolean, { withinMs }: { readonly withinMs: number }): number {
    const start = this.clock.now;
    while (!condition()) {
      if (!this.clock.step(start + withinMs))
        throw new Error(`the condition did not hold within ${withinMs} ms:\n${this.describe()}`);
    }
    return this.clock.now - start;
  }

  /** Starts everything, if nothing runs yet, and waits for a leader that has committed in its term. */
  elect(): SimulatedReplica {
    this.startAll();
    this.runUntil(() => this.leader?.status.committedInTerm === true, { withinMs: 10_000 });
    const { leader } = this;
    invariant(leader !== undefined, 'a leader was just seen');
    return leader;
  }

  /** kill -9: the others' connections to it are refused from now on. */
  kill(id: string): void {
    const victim = this.replica(id);
    victim.crash();
    if (!this.noticesGoneProcesses) return;
    for (const other of this.replicas) {
      if (other === victim || this.network.isCut(other.id, victim.id)) continue;
      this.clock.after(this.prng.between(0.5, 4), () => {
        if (!victim.isUp) other.give({ kind: 'peerGone', peer: victim.id });
      });
    }
  }

  /** As `kill`, and its disk is replaced by an empty one. */
  loseStore(id: string): void {
    this.kill(id);
    this.replica(id).disk.wipe();
  }

  /** @returns the request's id, to be looked up in `accepted` or `refused`. */
  changeMembership(id: string, change: MembershipChange): number {
    this.lastId += 1;
    this.replica(id).give({ kind: 'changeMembership', id: this.lastId, change });
    return this.lastId;
  }

  /** Proposes a command with a text of its own. @returns the proposal's id; the text is `c<id>`. */
  propose(id: string): number {
    return this.proposeMany(id, 1)[0] ?? 0;
  }

  proposeMany(id: string, count: number): readonly number[] {
    const ids = Array.from({ length: count }, () => (this.lastId += 1));
    this.replica(id).give({
      kind: 'propose',
      proposals: ids.map((proposal) => ({ id: proposal, data: bytesOf(`c${proposal}`) })),
    });
    return ids;
  }

  read(id: string): number {
    this.lastId += 1;
    this.reads.asked(this.lastId);
    this.replica(id).give({ kind: 'readIndex', id: this.lastId });
    return this.lastId;
  }

  give(id: string, input: Input): void {
    this.replica(id).give(input);
  }

  /** What happened last, for failure messages. */
  describe(): string {
    const replicas = this.replicas.map(
      (replica) => `${replica.id}: ${replica.isUp ? JSON.stringify(replica.status) : 'down'}`,
    );
    const events = this.events
      .slice(-60)
      .map(({ at, replica, event }) => `${at.toFixed(1)} ${replica} ${JSON.stringify(event)}`);
    return [...events, ...replicas].join('\n');
  }

  private createReplica(options: RaftOptions, ordinal: number): SimulatedReplica {
    const surroundings = {
      clock: this.clock,
      prng: this.prng.fork(),
      send: (envelope: Envelope) => {
        this.votes.observeSent(envelope, this.replica(envelope.from).disk.storeId);
        this.persisted.observeSent(envelope);
        this.network.send(envelope);
      },
      observe: (observation: Observation) => this.observe(observation),
      stateMachine: this.stateMachine,
    };
    return new SimulatedReplica(options, surroundings, ordinal);
  }

  private observe(observation: Observation): void {
    const { replica, effects } = observation;
    this.hash.observe(this.clock.now, observation);
    if (effects.trace.length > 0) this.remember(replica.id, effects.trace);
    for (const { id, index, term } of effects.accepted) this.accepted.set(id, { index, term });
    for (const rejected of effects.rejected) this.refused.set(rejected.id, rejected);
    for (const { id, index } of effects.reads) this.readAnswers.set(id, index);
    for (const checker of this.checkers) checker.observe(observation);
    for (const listener of this.listeners) listener.observe(observation);
  }

  private remember(replica: ReplicaId, trace: readonly TraceEvent[]): void {
    for (const event of trace) this.events.push({ at: this.clock.now, replica, event });
    if (this.events.length > 2 * eventsRemembered) this.events.splice(0, eventsRemembered);
  }
}
