import type { ReplicaId } from '../ids.js';

/**
 * A rival that failed to take over is given twice the time to prove itself, up to so many doublings: one that will never
 * take over costs an election timeout every 32 × stableMs (5 min 20 s by default), one that was mended waits no longer.
 */
const doublingsMax = 5;

/**
 * How long a follower of higher priority must have been steady before it is offered leadership: `stableMs`, and doubled
 * with each offer in a row that led to nothing. It may be in contact with this replica and with nobody else, so that it
 * can campaign and cannot win; each attempt costs the group an election timeout.
 *
 * Refusals are forgotten once it has led after all, or has not failed for twice the longest wait: what was wrong with it
 * then says nothing any more. They outlive leaderships, because the attempt itself ends the one in which it was made.
 */
export class TakeoverPatience {
  private readonly refusals = new Map<ReplicaId, { readonly count: number; readonly lastAt: number }>();
  private offeredTo: ReplicaId | undefined;

  /** @param stableMs of a follower that has never failed. */
  constructor(private readonly stableMs: number) {}

  /** For its priority; `leaderIs` says later what came of it. */
  offered(peer: ReplicaId): void {
    this.offeredTo = peer;
  }

  /** It was offered leadership for its priority and did not take it. */
  refused(peer: ReplicaId, now: number): void {
    this.refusals.set(peer, { count: this.refusalsOf(peer, now) + 1, lastAt: now });
  }

  /** Somebody leads: whatever kept that one from taking over is mended; whoever else was offered it did not take it. */
  leaderIs(leader: ReplicaId, now: number): void {
    const { offeredTo } = this;
    this.offeredTo = undefined;
    if (offeredTo !== undefined && offeredTo !== leader) this.refused(offeredTo, now);
    this.refusals.delete(leader);
  }

  neededMs(peer: ReplicaId, now: number): number {
    return this.stableMs * 2 ** Math.min(doublingsMax, this.refusalsOf(peer, now));
  }

  private refusalsOf(peer: ReplicaId, now: number): number {
    const known = this.refusals.get(peer);
    if (known === undefined || now - known.lastAt >= 2 * 2 ** doublingsMax * this.stableMs) return 0;
    return known.count;
  }
}
