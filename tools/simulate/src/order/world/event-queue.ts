export interface Scheduled {
  readonly at: number;
  /** Order among events of one moment. */
  readonly sequence: number;
}

/** A binary heap by time, then by the order in which events were put in. */
export class EventQueue<E extends Scheduled> {
  private readonly heap: E[] = [];

  get size(): number {
    return this.heap.length;
  }

  peek(): E | undefined {
    return this.heap[0];
  }

  push(event: E): void {
    const { heap } = this;
    let position = heap.push(event) - 1;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = heap[parent] as E;
      if (isBefore(above, event)) break;
      heap[position] = above;
      position = parent;
    }
    heap[position] = event;
  }

  pop(): E | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let position = 0;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as E, heap[child] as E)) child += 1;
      if (isBefore(last, heap[child] as E)) break;
      heap[position] = heap[child] as E;
      position = child;
    }
    heap[position] = last;
    return first;
  }
}

function isBefore(left: Scheduled, right: Scheduled): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}
