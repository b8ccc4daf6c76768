import { invariant } from '../invariant.js';
import type { LogIndex } from '../ids.js';

interface PendingBatch {
  readonly sequence: number;
  readonly issuedAt: number;
  /** The log is durable through here once this batch is, unless a later batch cut it shorter. */
  through: number;
}

/** Which persist batches are on their way to the disk, and what that means for the log and for promises. */
export class Durability {
  private lastSequence = 0;
  private durable = 0;
  private readonly pending: PendingBatch[] = [];
  private index: number;
  private hardState = 0;

  constructor(durableIndex: number) {
    this.index = durableIndex;
  }

  /** The number that the batch of the current step gets if it needs one. */
  get nextSequence(): number {
    return this.lastSequence + 1;
  }

  /** The log is on disk, and equal to the log in memory, through here. */
  get durableIndex(): LogIndex {
    return this.index as LogIndex;
  }

  /** The batch that holds the current term and vote. */
  get hardStateSequence(): number {
    return this.hardState;
  }

  /** Since when the disk owes an answer. */
  get waitingSince(): number | undefined {
    return this.pending[0]?.issuedAt;
  }

  isDurable(sequence: number): boolean {
    return sequence <= this.durable;
  }

  hardStateChanged(): void {
    this.hardState = this.nextSequence;
  }

  /** Batches still on their way hold entries that are no longer in the log; what replaces them is not durable yet. */
  truncatedFrom(index: number): void {
    this.index = Math.min(this.index, index - 1);
    for (const batch of this.pending) batch.through = Math.min(batch.through, index - 1);
  }

  /** The batch of this step is handed to the driver; it makes the log durable through `through`. */
  issue(through: number, issuedAt: number): number {
    this.lastSequence += 1;
    this.pending.push({ sequence: this.lastSequence, issuedAt, through });
    return this.lastSequence;
  }

  /** @returns whether anything became durable that was not. */
  persisted(sequence: number): boolean {
    invariant(
      sequence <= this.lastSequence,
      () => `batch ${sequence} was reported durable, but only ${this.lastSequence} were issued`,
    );
    if (sequence <= this.durable) return false;
    this.durable = sequence;
    let done = 0;
    for (const batch of this.pending) {
      if (batch.sequence > sequence) break;
      this.index = Math.max(this.index, batch.through);
      done += 1;
    }
    this.pending.splice(0, done);
    return true;
  }

  /** The batch after which the log is durable through `index`; 0 when it is already. */
  sequenceFor(index: number): number {
    if (index <= this.index) return 0;
    for (const batch of this.pending) {
      if (batch.through >= index) return batch.sequence;
    }
    return this.nextSequence;
  }
}
