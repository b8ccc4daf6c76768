import { errorCodeOf } from './error-code.js';

/** What made the device refuse: no space left (also: quota), or anything else. */
export type StorageFailureReason = 'diskFull' | 'io';

/**
 * The disk refused a write, a sync or another file operation. Unless only space is missing (`isOutOfSpace`) the store
 * takes nothing more; the process must end and be started again, because after a failed fsync nobody knows which pages
 * reached the disk (a second fsync would answer "fine" for pages that the kernel has dropped).
 *
 * `definite` is false: the batch may be on disk wholly or not at all, and its entries may have gone to other replicas.
 */
export class StorageFailedError extends Error {
  override readonly name = 'StorageFailedError';
  readonly code = 'STORAGE_FAILED';
  readonly definite = false;
  readonly reason: StorageFailureReason;
  /** It was a sync, of a file or of a folder: nothing can be said about what was written before. */
  readonly duringSync: boolean;

  constructor(
    /** What was being done, e.g. `write 4096 bytes at offset 8192`. */
    readonly operation: string,
    readonly path: string,
    { cause, duringSync = false }: { readonly cause: unknown; readonly duringSync?: boolean },
  ) {
    const options = { cause };
    const reason = fullDiskCodes.has(errorCodeOf(options.cause)) ? 'diskFull' : 'io';
    const advice =
      reason === 'diskFull'
        ? 'The disk is full: free some space, then start this process again.'
        : 'End this process and start it again; if it happens once more, replace the disk.';
    super(
      `Could not ${operation} in ${path}: ${messageOf(options.cause)}. Nothing of it was acknowledged. ${advice}`,
      options,
    );
    this.reason = reason;
    this.duringSync = duringSync;
  }
}

/**
 * Only space was missing, and nothing was promised yet: the same write can be tried again when there is some. Never
 * true of a sync, whatever it failed of.
 */
export function isOutOfSpace(error: unknown): error is StorageFailedError {
  return error instanceof StorageFailedError && error.reason === 'diskFull' && !error.duringSync;
}

export type DamageReason =
  /** Bytes differ from what was written (a checksum does not fit) where a crash cannot have done it. */
  | 'checksum'
  /** A file or the end of a file that must be there is not. */
  | 'missing'
  /** The checksums fit, but the records contradict each other. */
  | 'contradiction'
  /** Written by a version of this package that this one cannot read. */
  | 'unknownFormat';

/**
 * The data folder does not hold what was acknowledged: bit rot, a lost or foreign file. Nothing was changed.
 * A replica must not vote or serve from such a folder, nor from an empty one under the same id: it may have voted.
 */
export class StorageDamagedError extends Error {
  override readonly name = 'StorageDamagedError';
  readonly code = 'STORAGE_DAMAGED';
  readonly definite = true;

  constructor(
    readonly reason: DamageReason,
    readonly path: string,
    /** 0-based position in the file where the damage begins. */
    readonly offset: number,
    private readonly detail: string,
    options?: { readonly cause?: unknown },
    /** What to do; default: what a replica's log needs. */
    advice = 'Keep the folder for analysis; restore it from a copy of this replica, or let it fetch everything again ' +
      "from its group (onDamage: 'refetch'). Do not empty it yourself: it may have voted.",
  ) {
    super(`${path} is damaged at offset ${offset}: ${detail}. Nothing was changed. ${advice}`, options);
  }

  /** The same finding for somebody who knows better what to do about it. */
  withAdvice(advice: string): StorageDamagedError {
    return new StorageDamagedError(this.reason, this.path, this.offset, this.detail, { cause: this }, advice);
  }
}

/** Who holds a data folder, as written in its lock file. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, ISO 8601, for people. */
  readonly since: string;
}

/** Another live store, in this process or another, holds the data folder. Nothing was changed. */
export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';
  readonly code = 'STORE_IN_USE';
  readonly definite = true;

  constructor(
    /** The data folder, or for a store without files its name. */
    readonly folder: string,
    readonly holder: LockHolder | undefined,
    detail: string,
  ) {
    super(
      `${folder} is in use: ${detail}. Two stores on one folder would destroy each other's log; nothing was changed.`,
    );
  }
}

const fullDiskCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function messageOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause);
}
