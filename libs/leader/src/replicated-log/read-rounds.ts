import { BackpressureError, DeadlineExceededError, type LeaderError } from '../errors/leader-errors.js';

/** Leadership was confirmed after the request: reads at `index` or later see everything acknowledged before it. */
export interface ReadPoint {
  readonly index: number;
  readonly term: number;
}

interface Reader {
  readonly deadline: number;
  readonly resolve: (point: ReadPoint) => void;
  readonly reject: (error: LeaderError) => void;
}

/**
 * Shares quorum rounds among readers (dissertation §6.4): everybody who asks before a round starts goes with it;
 * nobody joins one that has started, which could have been confirmed before the request.
 */
export class ReadRounds {
  private boarding: Reader[] = [];
  private readonly started = new Map<number, Reader[]>();
  private lastId = 0;
  private waiting = 0;
  private earliestDeadline = Infinity;

  /** @param readersMax more wait for no round: `BackpressureError` with the limit `readsMax` */
  constructor(private readonly readersMax: number) {}

  /** Readers that wait. */
  get size(): number {
    return this.waiting;
  }

  get nextDeadline(): number {
    return this.earliestDeadline;
  }

  request(deadline: number): Promise<ReadPoint> {
    if (this.waiting >= this.readersMax) return Promise.reject(new BackpressureError('readsMax', this.readersMax));
    this.waiting++;
    this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
    return new Promise((resolve, reject) => this.boarding.push({ deadline, resolve, reject }));
  }

  /** Begins a round for those who wait; undefined when nobody does. */
  start(): number | undefined {
    if (this.boarding.length === 0) return undefined;
    const id = ++this.lastId;
    this.started.set(id, this.boarding);
    this.boarding = [];
    return id;
  }

  confirmed(id: number, point: ReadPoint): void {
    for (const reader of this.take(id)) reader.resolve(point);
  }

  refused(id: number, error: LeaderError): void {
    for (const reader of this.take(id)) reader.reject(error);
  }

  expire(now: number): void {
    if (now < this.earliestDeadline) return;
    this.earliestDeadline = Infinity;
    const keep = (readers: readonly Reader[]): Reader[] =>
      readers.filter((reader) => {
        const isDue = reader.deadline <= now;
        if (!isDue) {
          this.earliestDeadline = Math.min(this.earliestDeadline, reader.deadline);
          return true;
        }
        this.waiting--;
        reader.reject(new DeadlineExceededError('a quorum to confirm leadership'));
        return false;
      });
    this.boarding = keep(this.boarding);
    for (const [id, readers] of [...this.started]) {
      const left = keep(readers);
      if (left.length > 0) this.started.set(id, left);
      else this.started.delete(id);
    }
  }

  abandon(error: LeaderError): void {
    for (const id of [...this.started.keys()]) this.refused(id, error);
    for (const reader of this.boarding.splice(0)) reader.reject(error);
    this.waiting = 0;
    this.earliestDeadline = Infinity;
  }

  private take(id: number): readonly Reader[] {
    const readers = this.started.get(id) ?? [];
    this.started.delete(id);
    this.waiting -= readers.length;
    return readers;
  }
}
