import { invariant } from '../invariant.js';

interface ScheduledEvent {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes only when the next event is due. Events at the same moment run in the order they were scheduled. */
export class VirtualClock {
  private time = 0;
  private scheduled = 0;
  private executed = 0;
  private readonly heap: ScheduledEvent[] = [];

  get now(): number {
    return this.time;
  }

  get eventsRun(): number {
    return this.executed;
  }

  schedule(at: number, run: () => void): void {
    this.scheduled += 1;
    this.heap.push({ at: Math.max(at, this.time), order: this.scheduled, run });
    this.siftUp(this.heap.length - 1);
  }

  after(delayMs: number, run: () => void): void {
    this.schedule(this.time + delayMs, run);
  }

  /** Runs everything due through `until`, then stands there. */
  runUntil(until: number): void {
    while (this.step(until));
    this.time = Math.max(this.time, until);
  }

  /** Runs the next event if it is due by `latest`. @returns whether there was one. */
  step(latest: number): boolean {
    const next = this.heap[0];
    if (next === undefined || next.at > latest) return false;
    this.removeFirst();
    this.time = next.at;
    this.executed += 1;
    next.run();
    return true;
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown(0);
  }

  private siftUp(start: number): void {
    let child = start;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isEarlier(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private siftDown(start: number): void {
    let parent = start;
    for (;;) {
      let first = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.heap.length && this.isEarlier(child, first)) first = child;
      }
      if (first === parent) return;
      this.swap(parent, first);
      parent = first;
    }
  }

  private isEarlier(left: number, right: number): boolean {
    const a = this.at(left);
    const b = this.at(right);
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swap(left: number, right: number): void {
    const kept = this.at(left);
    this.heap[left] = this.at(right);
    this.heap[right] = kept;
  }

  private at(offset: number): ScheduledEvent {
    const event = this.heap[offset];
    invariant(event !== undefined, `the heap has an event at ${offset}`);
    return event;
  }
}
