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
    const { heap } = this;
    const moving = heap[start];
    if (moving === undefined) return;
    let place = start;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isEarlier(moving, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = moving;
  }

  private siftDown(start: number): void {
    const { heap } = this;
    const moving = heap[start];
    if (moving === undefined) return;
    let place = start;
    for (;;) {
      let below = 2 * place + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child !== undefined && right !== undefined && isEarlier(right, child)) {
        child = right;
        below += 1;
      }
      if (child === undefined || !isEarlier(child, moving)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = moving;
  }
}

function isEarlier(left: ScheduledEvent, right: ScheduledEvent): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
