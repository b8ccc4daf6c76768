import type { Entry, Snapshot } from '@quorumkit/raft';

export interface SnapshotLimits {
  /** Entries since the last snapshot; 0: as many as there are. */
  readonly snapshotEveryEntries: number;
  /** Bytes of commands since the last snapshot; 0: as many as there are. */
  readonly snapshotEveryBytes: number;
}

/** The smallest part of the limits that a replica waits for. */
const partMin = 0.5;

/**
 * When to take a snapshot: after enough entries or enough bytes, but never before the log is as long as the last snapshot
 * was. Writing the whole state then costs a constant share of writing the log, however large the state grows, and the
 * log in memory is bounded by the larger of `snapshotEveryBytes` and one state.
 *
 * A snapshot is written in one go, during which its replica does nothing else. All replicas apply the same entries, so
 * with the same limits all would stand still at the same moment, and the group with them. Hence each waits for a part of
 * the limits only, between half and all, which depends on the replica and on its last snapshot.
 */
export class SnapshotSchedule {
  private entries = 0;
  private bytes = 0;
  private lastBytes = 0;
  private part: number;

  constructor(
    private readonly limits: SnapshotLimits,
    private readonly replica: string,
  ) {
    this.part = partOf(replica, 0);
  }

  get isDue(): boolean {
    const { snapshotEveryEntries, snapshotEveryBytes } = this.limits;
    if (this.bytes < this.lastBytes * this.part) return false;
    return (
      isReached(this.entries, snapshotEveryEntries * this.part) || isReached(this.bytes, snapshotEveryBytes * this.part)
    );
  }

  applied(entry: Entry): void {
    this.entries++;
    this.bytes += entry.data.length;
  }

  taken(index: number, bytes: number): void {
    this.entries = 0;
    this.bytes = 0;
    this.lastBytes = bytes;
    this.part = partOf(this.replica, index);
  }

  restored(snapshot: Snapshot): void {
    this.taken(snapshot.index, snapshot.data.length);
  }
}

function isReached(count: number, limit: number): boolean {
  return limit > 0 && count >= limit;
}

/** Evenly spread over the replicas and their snapshots, and the same after a restart: FNV-1a with murmur3's finish. */
function partOf(replica: string, lastIndex: number): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(`${replica}:${lastIndex}`)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  const share = ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  return 1 - (1 - partMin) * share;
}
