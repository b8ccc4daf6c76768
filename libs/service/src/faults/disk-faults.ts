/** The faults of a process's disk. A port: whoever owns the files brings it. */
export interface DiskFaults {
  /** So many bytes still fit; then writes are refused with ENOSPC. */
  fill(bytes: number): void;
  /** Every sync is refused with EIO. */
  failSyncs(): void;
  /** Every sync takes so much longer. */
  slowSyncs(ms: number): void;
  /** What is written stays in the memory of the process until it is synced. */
  loseUnsynced(): void;
  /** Ends all of that. */
  clear(): void;
  readonly counts: {
    readonly refusedWrites: number;
    readonly failedSyncs: number;
    readonly delayedSyncs: number;
    readonly unsyncedBytes: number;
  };
}
