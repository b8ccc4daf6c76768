import type { DeferredEnvelope, Effects, RaftStatus, Role } from '../effect.js';
import type { Snapshot } from '../entry.js';
import type { LogIndex, ReplicaId, Term } from '../ids.js';
import type { Input } from '../input.js';
import { invariant } from '../invariant.js';
import type { Envelope } from '../message.js';
import type { RaftOptions } from '../options.js';
import type { Prng } from '../prng.js';
import { createRaft, nextDeadline, statusOf, step, type Raft } from '../raft.js';
import { AppliedState, type HostedStateMachine } from './applied-state.js';
import { LocalClock } from './local-clock.js';
import { SimulatedDisk } from './simulated-disk.js';
import type { VirtualClock } from './virtual-clock.js';

/** One step of one process, for whoever watches. */
export interface Observation {
  readonly replica: SimulatedReplica;
  readonly input: Input;
  readonly before: RaftStatus;
  readonly after: RaftStatus;
  readonly effects: Effects;
  /** What the state machine made of each of `effects.committed`. */
  readonly results: readonly unknown[];
}

export interface ReplicaSurroundings {
  readonly clock: VirtualClock;
  readonly prng: Prng;
  readonly send: (envelope: Envelope) => void;
  readonly observe: (observation: Observation) => void;
  readonly stateMachine: (() => HostedStateMachine) | undefined;
}

const noResults: readonly unknown[] = Object.freeze([]);

/** One process around the core: a driver as `Effects` asks for, over a simulated disk and network. */
export class SimulatedReplica {
  readonly disk: SimulatedDisk;
  readonly clock: LocalClock;
  /** Of the running process; undefined while it is down. */
  raft: Raft | undefined;
  /** Counts the processes there have been. */
  incarnation = 0;
  applied: AppliedState;
  /** Takes a snapshot each time this many entries were applied; 0 = never. */
  snapshotEvery = 0;
  /** An fsync failed: the process ends. Faults put here when it comes back. */
  onDiskFailure: () => void = () => this.crash();
  /** How late a timer fires at most, ms. */
  timerSlackMs = 1;
  private paused = false;
  private held: Input[] = [];
  private deferred: DeferredEnvelope[] = [];
  private durableSequence = 0;
  private wakeAt = Number.POSITIVE_INFINITY;
  private lastSnapshotIndex = 0;
  /** As of the last step of this process. */
  private latest: RaftStatus | undefined;

  /** @param ordinal its place in the cluster, from 0. */
  constructor(
    readonly options: RaftOptions,
    private readonly around: ReplicaSurroundings,
    readonly ordinal = 0,
  ) {
    this.clock = new LocalClock(around.clock);
    this.applied = new AppliedState(around.stateMachine?.());
    this.disk = new SimulatedDisk(
      around.clock,
      around.prng.fork(),
      (sequence) => this.becameDurable(sequence),
      () => this.onDiskFailure(),
    );
  }

  get id(): ReplicaId {
    return this.options.id;
  }

  get isUp(): boolean {
    return this.raft !== undefined;
  }

  get isRunning(): boolean {
    return this.isUp && !this.paused;
  }

  get status(): RaftStatus {
    invariant(this.raft !== undefined, () => `${this.id} is down`);
    return statusOf(this.raft);
  }

  /** Undefined while it is down. */
  get role(): Role | undefined {
    return this.raft === undefined ? undefined : this.latest?.role;
  }

  /** The highest term it has been in, in memory or on disk. */
  get highestTerm(): Term {
    const stored = this.disk.term;
    return this.raft === undefined || stored > this.status.term ? stored : this.status.term;
  }

  start(): void {
    if (this.raft !== undefined) return;
    this.incarnation += 1;
    this.paused = false;
    this.held = [];
    this.deferred = [];
    this.durableSequence = 0;
    this.wakeAt = Number.POSITIVE_INFINITY;
    const stored = this.disk.open();
    this.restore(stored.snapshot);
    // Each process draws other random numbers, as real ones do.
    const options = { ...this.options, seed: this.options.seed + this.incarnation * 7919 };
    this.raft = createRaft(options, stored, this.clock.now);
    this.latest = statusOf(this.raft);
    this.armTimer();
  }

  crash(): void {
    this.raft = undefined;
    this.paused = false;
    this.disk.crash();
  }

  /** SIGSTOP: what arrives waits, time goes on. */
  pause(): void {
    if (this.raft !== undefined) this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    const inputs = this.held;
    this.held = [];
    this.sendDeferred();
    // Whether the timer or the socket is looked at first after a pause is luck.
    if (this.around.prng.chance(0.5)) this.give({ kind: 'tick' });
    for (const input of inputs) this.give(input);
    if (this.isRunning) this.armTimer();
  }

  give(input: Input): void {
    if (this.raft === undefined) return;
    if (this.paused) {
      this.held.push(input);
      return;
    }
    const before = this.latest ?? statusOf(this.raft);
    const effects = step(this.raft, input, this.clock.now);
    const after = statusOf(this.raft);
    this.latest = after;
    const results = this.carryOut(effects);
    this.around.observe({ replica: this, input, before, after, effects, results });
    this.considerSnapshot();
    this.armTimer();
  }

  private carryOut(effects: Effects): readonly unknown[] {
    if (effects.persist !== undefined) this.disk.append(effects.persist);
    for (const envelope of effects.send) this.around.send(envelope);
    for (const envelope of effects.sendAfterPersist) {
      if (envelope.after <= this.durableSequence) this.around.send(envelope);
      else this.deferred.push(envelope);
    }
    if (effects.restore !== undefined) this.restore(effects.restore);
    if (effects.committed.length === 0) return noResults;
    return effects.committed.map((entry) => this.applied.apply(entry));
  }

  private becameDurable(sequence: number): void {
    if (this.raft === undefined) return;
    this.durableSequence = sequence;
    // A stopped process sends nothing: it hears of its disk when it goes on.
    if (!this.paused) this.sendDeferred();
    this.give({ kind: 'persisted', sequence });
  }

  private sendDeferred(): void {
    if (this.deferred.length === 0) return;
    const due = this.deferred.filter((envelope) => envelope.after <= this.durableSequence);
    this.deferred = this.deferred.filter((envelope) => envelope.after > this.durableSequence);
    for (const envelope of due) this.around.send(envelope);
  }

  private restore(snapshot: Snapshot | undefined): void {
    this.lastSnapshotIndex = snapshot?.index ?? 0;
    this.applied = AppliedState.restore(snapshot, this.around.stateMachine?.());
  }

  private considerSnapshot(): void {
    if (this.snapshotEvery === 0 || this.applied.index - this.lastSnapshotIndex < this.snapshotEvery) return;
    this.lastSnapshotIndex = this.applied.index;
    this.give({ kind: 'snapshotTaken', index: this.applied.index as LogIndex, data: this.applied.snapshot() });
  }

  /** Its clock changed: the armed timer is set anew. */
  rearmTimer(): void {
    this.wakeAt = Number.POSITIVE_INFINITY;
    this.armTimer();
  }

  private armTimer(): void {
    if (this.raft === undefined) return;
    const deadline = nextDeadline(this.raft);
    if (deadline >= this.wakeAt) return;
    this.wakeAt = deadline;
    const { incarnation } = this;
    const slackMs = this.around.prng.between(0, this.timerSlackMs);
    this.clock.schedule(deadline + slackMs, () => this.wake(deadline, incarnation));
  }

  private wake(deadline: number, incarnation: number): void {
    if (incarnation !== this.incarnation || deadline !== this.wakeAt || this.raft === undefined) return;
    this.wakeAt = Number.POSITIVE_INFINITY;
    if (this.paused) return;
    const { now } = this.clock;
    if (now < nextDeadline(this.raft)) {
      this.armTimer();
      return;
    }
    this.give({ kind: 'tick' });
    invariant(
      this.raft === undefined || nextDeadline(this.raft) > now,
      () => `${this.id} would tick without end at ${now}`,
    );
  }
}
