import type { FileOps } from '../file-ops.js';
import { type Fault, type FileCall, FaultyFileOps } from './faulty-file-ops.js';
import { loseUnsynced } from './unsynced-writes.js';

export interface FaultDiskOptions {
  /** Told before each sync of a file: how many of its bytes a kill in this moment would lose. */
  readonly beforeSync?: (path: string, unsyncedBytes: number) => void;
}

/** What the faults have done so far, and how much is in memory only. */
export interface FaultDiskCounts {
  readonly refusedWrites: number;
  readonly failedSyncs: number;
  readonly delayedSyncs: number;
  /** Of files that are synced at all: what never is may be lost at any time. */
  readonly unsyncedBytes: number;
}

/**
 * The faults of a disk, for a process at work: they begin and end while files are open. Without any it passes
 * everything through.
 *
 * A disk that is full refuses every write, also one into space that the file has already, as file systems do that
 * never overwrite (btrfs, ZFS). Names can still be made, changed and removed.
 */
export class FaultDisk {
  readonly #beforeSync: (path: string, unsyncedBytes: number) => void;
  readonly #heldOf = new Map<string, number>();
  readonly #syncedPaths = new Set<string>();
  #bytesFree: number | undefined;
  #failsSyncs = false;
  #syncDelayMs = 0;
  #holds = false;
  #refusedWrites = 0;
  #failedSyncs = 0;
  #delayedSyncs = 0;

  constructor({ beforeSync = () => undefined }: FaultDiskOptions = {}) {
    this.#beforeSync = beforeSync;
  }

  get counts(): FaultDiskCounts {
    return {
      refusedWrites: this.#refusedWrites,
      failedSyncs: this.#failedSyncs,
      delayedSyncs: this.#delayedSyncs,
      unsyncedBytes: [...this.#heldOf].reduce(
        (sum, [path, bytes]) => sum + (this.#syncedPaths.has(path) ? bytes : 0),
        0,
      ),
    };
  }

  /** The same file operations, with these faults. */
  wrap(real: FileOps): FileOps {
    const holding = loseUnsynced(real, {
      holds: () => this.#holds,
      onHeld: (path, bytes) => {
        if (bytes === 0) this.#heldOf.delete(path);
        else this.#heldOf.set(path, bytes);
      },
    });
    return new FaultyFileOps(holding, (call) => this.#faultOf(call));
  }

  /** So many bytes still fit; then writes are refused with ENOSPC. The last one before that is cut short. */
  fill(bytes: number): void {
    this.#bytesFree = bytes;
  }

  /** Every sync is refused with EIO, and what it should have written is not there. */
  failSyncs(): void {
    this.#failsSyncs = true;
  }

  /** Every sync takes so much longer. */
  slowSyncs(ms: number): void {
    this.#syncDelayMs = ms;
  }

  /** What is written stays in the memory of this process until it is synced. */
  loseUnsynced(): void {
    this.#holds = true;
  }

  /** Ends every fault; what is held goes out with the next sync of its file. */
  clear(): void {
    this.#bytesFree = undefined;
    this.#failsSyncs = false;
    this.#syncDelayMs = 0;
    this.#holds = false;
  }

  #faultOf({ operation, path, bytes }: FileCall): Fault | undefined {
    switch (operation) {
      case 'write':
        return this.#writeFault(bytes);
      case 'syncData':
        this.#syncedPaths.add(path);
        this.#beforeSync(path, this.#heldOf.get(path) ?? 0);
        return this.#syncFault();
      case 'syncFolder':
        return this.#syncFault();
      default:
        return undefined;
    }
  }

  #writeFault(bytes: number): Fault | undefined {
    const free = this.#bytesFree;
    if (free === undefined) return undefined;
    this.#bytesFree = Math.max(0, free - bytes);
    if (bytes <= free) return undefined;
    if (free > 0) return { kind: 'short', bytes: free };
    this.#refusedWrites += 1;
    return { kind: 'fail', code: 'ENOSPC' };
  }

  #syncFault(): Fault | undefined {
    if (this.#failsSyncs) {
      this.#failedSyncs += 1;
      return { kind: 'fail', code: 'EIO' };
    }
    if (this.#syncDelayMs === 0) return undefined;
    this.#delayedSyncs += 1;
    return { kind: 'delay', until: new Promise((resolve) => setTimeout(resolve, this.#syncDelayMs)) };
  }
}
