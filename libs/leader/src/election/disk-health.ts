import type { Member, PeerProgress, ReplicaId } from '@quorumkit/raft';
import type { StoreCondition } from '../log-store/log-store.js';

export interface DiskHealthSettings {
  /** A disk is slow when the median of its last batches took as long as this, ms; 0: never. */
  readonly slowFsyncMs: number;
  /** A disk is slow when one batch has waited for so long, ms; 0: never. */
  readonly stallMs: number;
  /** Silence of a follower that rules it out as heir, ms. */
  readonly gapMs: number;
}

const windowBatches = 8;

/**
 * How this replica's own disk does. A group commits without its leader's disk, and heartbeats do not touch it: without
 * this rule a leader whose disk hangs would lead on while it piles up what it cannot write, one failure away from a
 * group that stands still.
 *
 * Leadership is handed to a replica that is *healthy*: in contact, caught up, and its disk took less than half of what
 * counts as slow. Where all disks are slow (three replicas on one machine, say) nobody is, and the leader stays: passing
 * leadership around would not help. A replica that comes to lead is judged by what it writes from then on.
 */
export class DiskHealth {
  condition: StoreCondition = 'writable';
  private recent: number[] = [];

  constructor(private readonly settings: DiskHealthSettings) {}

  /** A batch became durable. */
  persisted(durationMs: number): void {
    this.recent.push(durationMs);
    if (this.recent.length > windowBatches) this.recent.shift();
  }

  /** A new leadership begins. */
  reset(): void {
    this.recent = [];
  }

  /** @param waitingSince when the oldest batch under way was handed to the disk */
  isSlow(now: number, waitingSince: number | undefined): boolean {
    const { slowFsyncMs, stallMs } = this.settings;
    if (stallMs > 0 && waitingSince !== undefined && now - waitingSince >= stallMs) return true;
    return slowFsyncMs > 0 && this.recent.length === windowBatches && median(this.recent) >= slowFsyncMs;
  }

  /** The healthy ones among the voters (`progress` is of voters only), the highest priority first. */
  heirs(view: {
    readonly now: number;
    readonly progress: readonly PeerProgress[];
    readonly commitIndex: number;
    readonly members: readonly Member[];
  }): ReplicaId[] {
    const { now, progress, commitIndex, members } = view;
    const priorityOf = (id: ReplicaId): number => members.find((member) => member.id === id)?.priority ?? 0;
    const healthy = progress.filter((peer) => this.isHealthy(peer, now) && peer.matchIndex >= commitIndex);
    return healthy.map(({ peer }) => peer).sort((left, right) => priorityOf(right) - priorityOf(left));
  }

  private isHealthy({ state, lastContactAt, lastWriteTookMs }: PeerProgress, now: number): boolean {
    if (state !== 'replicate' || lastContactAt === undefined) return false;
    return now - lastContactAt < this.settings.gapMs && this.isQuick(lastWriteTookMs);
  }

  /** Quick enough that leadership would not come straight back. */
  isQuick(writeTookMs: number): boolean {
    const { slowFsyncMs, stallMs } = this.settings;
    const slowMs = Math.min(slowFsyncMs || Infinity, stallMs || Infinity);
    return slowMs === Infinity || writeTookMs < slowMs / 2;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
