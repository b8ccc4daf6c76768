import type {
  AcceptedProposal,
  DeferredEnvelope,
  Effects,
  PersistBatch,
  RaftStatus,
  ReadAnswer,
  RejectedProposal,
} from './effect.js';
import type { Entry, HardState, Snapshot } from './entry.js';
import type { LogIndex } from './ids.js';
import type { Envelope } from './message.js';
import type { TraceEvent } from './trace.js';

/** What one step has decided so far. Lists are shared and empty until something is put in: most steps do little. */
export class Outbox {
  hardState: HardState | undefined;
  truncateFrom: LogIndex | undefined;
  snapshot: Snapshot | undefined;
  restore: Snapshot | undefined;
  private entries: readonly Entry[] = none;
  private immediate: Envelope[] = none;
  private deferred: DeferredEnvelope[] = none;
  private accepted: AcceptedProposal[] = none;
  private rejected: RejectedProposal[] = none;
  private reads: ReadAnswer[] = none;
  private events: TraceEvent[] = none;

  get needsPersist(): boolean {
    return (
      this.entries.length > 0 ||
      this.hardState !== undefined ||
      this.truncateFrom !== undefined ||
      this.snapshot !== undefined
    );
  }

  persistEntries(entries: readonly Entry[]): void {
    this.entries = this.entries.length === 0 ? entries : [...this.entries, ...entries];
  }

  send(envelope: Envelope): void {
    if (this.immediate === none) this.immediate = [];
    this.immediate.push(envelope);
  }

  sendAfter(envelope: DeferredEnvelope): void {
    if (this.deferred === none) this.deferred = [];
    this.deferred.push(envelope);
  }

  accept(proposal: AcceptedProposal): void {
    if (this.accepted === none) this.accepted = [];
    this.accepted.push(proposal);
  }

  reject(proposal: RejectedProposal): void {
    if (this.rejected === none) this.rejected = [];
    this.rejected.push(proposal);
  }

  answerRead(answer: ReadAnswer): void {
    if (this.reads === none) this.reads = [];
    this.reads.push(answer);
  }

  trace(event: TraceEvent): void {
    if (this.events === none) this.events = [];
    this.events.push(event);
  }

  /** `sequence` is the number of this step's batch when it needs one. */
  toEffects(outcome: {
    readonly sequence: number;
    readonly committed: readonly Entry[];
    readonly status: RaftStatus | undefined;
  }): Effects {
    return {
      persist: this.needsPersist ? this.toBatch(outcome.sequence) : undefined,
      send: this.immediate,
      sendAfterPersist: this.deferred,
      committed: outcome.committed,
      restore: this.restore,
      accepted: this.accepted,
      rejected: this.rejected,
      reads: this.reads,
      status: outcome.status,
      trace: this.events,
    };
  }

  private toBatch(sequence: number): PersistBatch {
    return {
      sequence,
      hardState: this.hardState,
      truncateFrom: this.truncateFrom,
      entries: this.entries,
      snapshot: this.snapshot,
    };
  }
}

const none: never[] = [];
Object.freeze(none);
