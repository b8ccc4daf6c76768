import type { LogIndex } from '../ids.js';

interface ReadRound {
  readonly ids: readonly number[];
  /** What was committed when the round began: what a reader must have applied. */
  readonly index: LogIndex;
  /** Requests from this id on were sent after the reads came; an answer to an older one proves nothing (etcd#20418). */
  readonly firstRequestId: number;
}

/** Reads that wait for a quorum to confirm the leadership: one round in progress, the rest queued for the next. */
export class ReadQueue {
  private waiting: number[] = [];
  private round: ReadRound | undefined;

  get size(): number {
    return this.waiting.length + (this.round?.ids.length ?? 0);
  }

  /** Reads wait and no round is in progress. */
  get wantsRound(): boolean {
    return this.round === undefined && this.waiting.length > 0;
  }

  add(id: number): void {
    this.waiting.push(id);
  }

  beginRound(from: { readonly index: LogIndex; readonly firstRequestId: number }): void {
    this.round = { ids: this.waiting, ...from };
    this.waiting = [];
  }

  /** A quorum has confirmed every request through `requestId`: the round's reads, if it began before that one. */
  takeConfirmed(requestId: number): ReadRound | undefined {
    const { round } = this;
    if (round === undefined || requestId < round.firstRequestId) return undefined;
    this.round = undefined;
    return round;
  }

  takeAll(): readonly number[] {
    const ids = [...(this.round?.ids ?? []), ...this.waiting];
    this.round = undefined;
    this.waiting = [];
    return ids;
  }
}
