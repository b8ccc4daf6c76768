import { BackpressureError, DeadlineExceededError, type LeaderError } from '../errors/leader-errors.js';

interface Wait {
  readonly index: number;
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: LeaderError) => void;
}

/** Callers that wait until the entry at an index has been applied. */
export class AppliedWaits {
  // Sorted by index. Most waits are for the newest index, so insertion is at the end.
  private waits: Wait[] = [];
  private earliestDeadline = Infinity;

  /** @param waitsMax more do not wait: `BackpressureError` */
  constructor(private readonly waitsMax: number) {}

  get nextDeadline(): number {
    return this.earliestDeadline;
  }

  until(index: number, deadline: number): Promise<void> {
    if (this.waits.length >= this.waitsMax) return Promise.reject(new BackpressureError('waitsMax', this.waitsMax));
    this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
    return new Promise((resolve, reject) => {
      let at = this.waits.length;
      while (at > 0 && (this.waits[at - 1] as Wait).index > index) at--;
      this.waits.splice(at, 0, { index, deadline, resolve, reject });
    });
  }

  advance(appliedIndex: number): void {
    let count = 0;
    while (count < this.waits.length && (this.waits[count] as Wait).index <= appliedIndex) count++;
    if (count === 0) return;
    for (const wait of this.waits.splice(0, count)) wait.resolve();
  }

  expire(now: number): void {
    if (now < this.earliestDeadline) return;
    const due = this.waits.filter((wait) => wait.deadline <= now);
    this.waits = this.waits.filter((wait) => wait.deadline > now);
    this.earliestDeadline = this.waits.reduce((earliest, wait) => Math.min(earliest, wait.deadline), Infinity);
    for (const wait of due) wait.reject(new DeadlineExceededError(`index ${wait.index} to be applied`));
  }

  abandon(error: LeaderError): void {
    for (const wait of this.waits.splice(0)) wait.reject(error);
    this.earliestDeadline = Infinity;
  }
}
