import type { Entry, Snapshot } from '@quorumkit/raft';

/**
 * When to take a snapshot: after enough entries, and after as many bytes of log as the last snapshot had. Writing the
 * whole state then costs a constant share of writing the log, however large the state grows.
 */
export class SnapshotSchedule {
  private entries = 0;
  private bytes = 0;
  private lastBytes = 0;

  constructor(private readonly everyEntries: number) {}

  get isDue(): boolean {
    return this.everyEntries > 0 && this.entries >= this.everyEntries && this.bytes >= this.lastBytes;
  }

  applied(entry: Entry): void {
    this.entries++;
    this.bytes += entry.data.length;
  }

  taken(bytes: number): void {
    this.entries = 0;
    this.bytes = 0;
    this.lastBytes = bytes;
  }

  restored(snapshot: Snapshot): void {
    this.taken(snapshot.data.length);
  }
}
