interface ScheduledEvent {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

/** Virtual time: events happen in order of their instant, and of their scheduling when that is the same. A binary heap. */
export class EventQueue {
  now = 0;
  private order = 0;
  private readonly heap: ScheduledEvent[] = [];

  schedule(at: number, happen: () => void): void {
    this.order += 1;
    this.heap.push({ at: Math.max(at, this.now), order: this.order, happen });
    this.siftUp(this.heap.length - 1);
  }

  /** Runs everything up to and including that instant. */
  runUntil(until: number): void {
    for (let next = this.heap[0]; next !== undefined && next.at <= until; next = this.heap[0]) {
      this.removeFirst();
      this.now = next.at;
      next.happen();
    }
    this.now = until;
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown(0);
  }

  private siftUp(start: number): void {
    for (let child = start; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.before(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private siftDown(start: number): void {
    for (let parent = start; ;) {
      const left = parent * 2 + 1;
      const right = left + 1;
      let first = left < this.heap.length && this.before(left, parent) ? left : parent;
      if (right < this.heap.length && this.before(right, first)) first = right;
      if (first === parent) return;
      this.swap(parent, first);
      parent = first;
    }
  }

  private before(a: number, b: number): boolean {
    const one = this.heap[a] as ScheduledEvent;
    const other = this.heap[b] as ScheduledEvent;
    return one.at === other.at ? one.order < other.order : one.at < other.at;
  }

  private swap(a: number, b: number): void {
    const one = this.heap[a] as ScheduledEvent;
    this.heap[a] = this.heap[b] as ScheduledEvent;
    this.heap[b] = one;
  }
}
