import type { Entry, Snapshot } from '@quorumkit/raft';
import type { Clock } from '../runtime/clock.js';
import type { Applied, AppliedState } from './applied-state.js';

export interface ApplierListener {
  /** After each entry, in order. */
  applied(entry: Entry, applied: Applied): void;
  /** After each run of entries; `appliedIndex` has moved. */
  progressed(): void;
  /** The log cannot be applied. The replica must stop. */
  failed(error: unknown): void;
}

// Reading the clock for each of thousands of tiny applies would cost more than some of them.
const entriesPerClockReading = 32;

/** Feeds committed entries to the state, in order, in slices that leave turns to everything else. */
export class Applier {
  private queue: Entry[] = [];
  private next = 0;
  private queuedBytes = 0;
  private continuing = false;

  constructor(
    private readonly state: AppliedState,
    private readonly clock: Clock,
    private readonly sliceMs: number,
    private readonly listener: ApplierListener,
  ) {}

  /** Committed entries that wait to be applied. */
  get backlog(): number {
    return this.queue.length - this.next;
  }

  /** What their commands amount to. */
  get backlogBytes(): number {
    return this.queuedBytes;
  }

  get appliedIndex(): number {
    return this.state.appliedIndex;
  }

  enqueue(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (const { data } of entries) this.queuedBytes += data.length;
    if (this.backlog === 0) {
      this.queue = entries.slice();
      this.next = 0;
    } else {
      for (const entry of entries) this.queue.push(entry);
    }
    if (!this.continuing) this.runSlice();
  }

  /** The leader's snapshot stands for everything that is still queued. */
  restore(snapshot: Snapshot): void {
    this.queue = this.queue.slice(this.next).filter((entry) => entry.index > snapshot.index);
    this.next = 0;
    this.queuedBytes = this.queue.reduce((bytes, { data }) => bytes + data.length, 0);
    this.state.restore(snapshot);
    this.listener.progressed();
  }

  private runSlice(): void {
    this.continuing = false;
    const started = this.clock.now();
    try {
      while (this.next < this.queue.length) {
        const entry = this.queue[this.next++] as Entry;
        this.queuedBytes -= entry.data.length;
        this.listener.applied(entry, this.state.apply(entry));
        if (this.next % entriesPerClockReading === 0 && this.clock.now() - started >= this.sliceMs) break;
      }
    } catch (error) {
      this.listener.failed(error);
      return;
    }
    if (this.backlog > 0) {
      this.continuing = true;
      this.clock.defer(() => this.runSlice());
    }
    this.listener.progressed();
  }
}
