import {
  type AcceptedProposal,
  type DeferredEnvelope,
  type Effects,
  type Entry,
  type Input,
  type Message,
  type PersistBatch,
  type Raft,
  type RaftOptions,
  type RaftStatus,
  type ReadAnswer,
  type RejectedProposal,
  type ReplicaId,
  type Snapshot,
  type StoredState,
  type TraceEvent,
  createRaft,
  nextDeadline,
  statusOf,
  step,
} from '@quorumkit/raft';
import type { LogStore } from '../log-store/log-store.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import type { Clock, Timer } from './clock.js';

/** What the driver hands on. Called in the order of the core's effects; never while a step runs. */
export interface DriverListener {
  accepted(proposals: readonly AcceptedProposal[]): void;
  rejected(proposals: readonly RejectedProposal[]): void;
  reads(answers: readonly ReadAnswer[]): void;
  restore(snapshot: Snapshot): void;
  committed(entries: readonly Entry[]): void;
  status(status: RaftStatus): void;
  trace(event: TraceEvent): void;
  persisted(durationMs: number, batch: PersistBatch): void;
  /** A batch could not be made durable, or a rule of the algorithm is broken. The driver has stopped. */
  fatal(kind: 'storage' | 'invariant', error: unknown): void;
  /** Called after every run of the loop; the moment to look at what changed. */
  settled(): void;
  /** Why no further entries of the leader are taken at present; undefined: there is room for them. */
  overload(): string | undefined;
  /** When the listener wants `settled` to be called again at the latest, though nothing happens. */
  nextDeadline(): number;
}

// A tick this late means that the process was not running. What arrived meanwhile, heartbeats above all, is taken
// first, or a replica that was merely paused would campaign against a living leader.
const lateTickMs = 50;

/** Answers that wait for the disk; of more, the oldest are dropped. Whoever waits for them has asked again since. */
const withheldMax = 4096;

/**
 * Runs one replica of the core over its ports: one serial loop, inputs in, effects out in the documented order.
 * Never blocks: durability is reported back as an input.
 */
export class ReplicaDriver {
  private readonly raft: Raft;
  private readonly inputs: Input[] = [];
  private running = false;
  private stopped = false;
  private quiet = false;
  private timer: Timer | undefined;
  private timerAt = Infinity;
  private durableSequence = 0;
  /** Messages that may leave only when a batch is durable. */
  private withheld: DeferredEnvelope[] = [];
  private leaderHeardAt = -Infinity;
  /** The batches that are not durable yet, oldest first: when each was handed to the store, and its entries' bytes. */
  private readonly unwritten: { readonly at: number; readonly bytes: number }[] = [];
  private unwrittenSum = 0;
  private appendsHeld = false;

  constructor(
    options: RaftOptions,
    stored: StoredState,
    private readonly ports: { readonly clock: Clock; readonly store: LogStore; readonly transport: PeerTransport },
    private readonly listener: DriverListener,
  ) {
    this.raft = createRaft(options, stored, ports.clock.now());
  }

  /** For the core's read-only functions (`progressOf`, `entriesOf`). */
  get core(): Raft {
    return this.raft;
  }

  status(): RaftStatus {
    return statusOf(this.raft);
  }

  /** How long ago the leader was last heard from, ms; on a leader 0 while a quorum has been. */
  leaderContactAgeMs(): number {
    const now = this.ports.clock.now();
    const { role, leaseUntil } = this.status();
    return role === 'leader' ? Math.max(0, now - leaseUntil) : now - this.leaderHeardAt;
  }

  /** When the oldest batch that is not durable yet was handed to the store; undefined: the disk owes no answer. */
  get storeWaitingSince(): number | undefined {
    return this.unwritten[0]?.at;
  }

  /** Bytes of entries that were handed to the store and are not durable yet. */
  get unwrittenBytes(): number {
    return this.unwrittenSum;
  }

  start(): void {
    this.submit({ kind: 'tick' });
  }

  /** Takes one input, at once where no other is being handled. */
  submit(input: Input): void {
    if (this.stopped) return;
    this.inputs.push(input);
    if (!this.running) this.runLoop();
  }

  message(from: ReplicaId, message: Message): void {
    const { kind } = message;
    const whyNot = this.whyNotTaken(message);
    if (whyNot !== undefined) {
      this.ports.transport.ignore?.(from, message.requestId);
      this.listener.trace({ kind: 'messageDropped', from, messageKind: kind, why: whyNot });
      return;
    }
    if (kind === 'heartbeatRequest' || kind === 'appendRequest' || kind === 'snapshotRequest') {
      if (message.term >= this.status().term) this.leaderHeardAt = this.ports.clock.now();
    }
    this.submit({ kind: 'message', from, message });
  }

  /** The listener's `nextDeadline` may be earlier than before. */
  deadlineChanged(): void {
    if (!this.running && !this.stopped) this.armTimer();
  }

  /** From now on no timeouts: the replica answers, but campaigns no more. For a shutdown in progress. */
  quiesce(): void {
    this.quiet = true;
  }

  /**
   * While the store has no space: takes nothing that would be piled up in memory, and does not campaign, since its vote
   * for itself could not become durable. The leader keeps sending, so nothing is missed; heartbeats are answered.
   */
  holdAppends(held: boolean): void {
    this.appendsHeld = held;
    this.deadlineChanged();
  }

  /** Takes no more input. What was given to the store is still written. */
  stop(): void {
    this.stopped = true;
    this.inputs.length = 0;
    this.timer?.cancel();
    this.timer = undefined;
  }

  // Not taken is not missed: the leader sends it again.
  private whyNotTaken(message: Message): string | undefined {
    if (this.appendsHeld && needsDisk(message)) return 'the disk here is full';
    return message.kind === 'appendRequest' && message.entries.length > 0 ? this.listener.overload() : undefined;
  }

  private runLoop(): void {
    this.running = true;
    try {
      do {
        for (let input = this.inputs.shift(); input !== undefined; input = this.inputs.shift()) {
          this.perform(step(this.raft, input, this.ports.clock.now()));
        }
        this.listener.settled();
      } while (this.inputs.length > 0);
    } catch (error) {
      this.fail('invariant', error);
    } finally {
      this.running = false;
    }
    if (!this.stopped) this.armTimer();
  }

  private perform(effects: Effects): void {
    const { listener, ports } = this;
    if (effects.persist !== undefined) this.persist(effects.persist);
    for (const envelope of effects.send) ports.transport.send(envelope);
    for (const envelope of effects.sendAfterPersist) {
      if (envelope.after <= this.durableSequence) ports.transport.send(envelope);
      else this.withhold(envelope);
    }
    if (effects.accepted.length > 0) listener.accepted(effects.accepted);
    if (effects.rejected.length > 0) listener.rejected(effects.rejected);
    if (effects.restore !== undefined) listener.restore(effects.restore);
    if (effects.committed.length > 0) listener.committed(effects.committed);
    if (effects.reads.length > 0) listener.reads(effects.reads);
    for (const event of effects.trace) listener.trace(event);
    if (effects.status !== undefined) listener.status(effects.status);
  }

  private withhold(envelope: DeferredEnvelope): void {
    this.withheld.push(envelope);
    if (this.withheld.length <= withheldMax) return;
    const [oldest] = this.withheld.splice(0, 1) as [DeferredEnvelope];
    this.listener.trace({
      kind: 'messageDropped',
      from: oldest.to,
      messageKind: oldest.message.kind,
      why: `more than ${withheldMax} answers wait for the disk`,
    });
  }

  private persist(batch: PersistBatch): void {
    const started = this.ports.clock.now();
    const bytes = batch.entries.reduce((sum, { data }) => sum + data.length, 0);
    this.unwritten.push({ at: started, bytes });
    this.unwrittenSum += bytes;
    this.ports.store.append(batch).then(
      () => {
        this.unwritten.shift();
        this.unwrittenSum -= bytes;
        if (this.stopped) return;
        this.durableSequence = batch.sequence;
        this.listener.persisted(this.ports.clock.now() - started, batch);
        this.release();
        this.submit({ kind: 'persisted', sequence: batch.sequence });
      },
      (error: unknown) => this.fail('storage', error),
    );
  }

  // Not only the front of the queue: a heartbeat's answer may need an earlier batch than an append's before it.
  private release(): void {
    if (this.withheld.length === 0) return;
    const waiting = this.withheld;
    this.withheld = waiting.filter((envelope) => envelope.after > this.durableSequence);
    if (this.withheld.length === waiting.length) return;
    for (const envelope of waiting) {
      if (envelope.after <= this.durableSequence) this.ports.transport.send(envelope);
    }
  }

  private fail(kind: 'storage' | 'invariant', error: unknown): void {
    if (this.stopped) return;
    this.stop();
    this.listener.fatal(kind, error);
  }

  private get isQuiet(): boolean {
    return this.quiet || (this.appendsHeld && this.status().role !== 'leader');
  }

  // A timer that is too early costs one look; moving it at every heartbeat would cost more. So it only moves forward.
  private armTimer(): void {
    const at = Math.min(this.isQuiet ? Infinity : nextDeadline(this.raft), this.listener.nextDeadline());
    if (at >= this.timerAt || at === Infinity) return;
    this.timer?.cancel();
    this.timerAt = at;
    this.timer = this.ports.clock.setTimer(at, () => this.onTimer());
  }

  private onTimer(): void {
    this.timerAt = Infinity;
    if (this.stopped) return;
    const now = this.ports.clock.now();
    const due = this.isQuiet ? Infinity : nextDeadline(this.raft);
    if (now < due) this.runLoop();
    else if (now - due > lateTickMs && this.status().role !== 'leader')
      this.ports.clock.defer(() => this.submit({ kind: 'tick' }));
    else this.submit({ kind: 'tick' });
  }
}

/** Entries and snapshots need space; a hand-over to this replica could not become durable. */
function needsDisk(message: Message): boolean {
  if (message.kind === 'appendRequest') return message.entries.length > 0;
  return message.kind === 'snapshotRequest' || message.kind === 'timeoutNowRequest';
}
