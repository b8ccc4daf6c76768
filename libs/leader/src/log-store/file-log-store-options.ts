import type { StorageFailedError } from './errors.js';
import type { FileOps } from './file-ops.js';
import { systemProcessTable } from './lock/process-table.js';
import type { ProcessTable } from './lock/process-table.js';
import { nodeFileOps } from './node-file-ops.js';
import type { StoreCondition } from './log-store.js';
import { randomStoreId } from './random-store-id.js';
import type { StoreTrace } from './store-trace.js';

export interface FileLogStoreOptions {
  /** Folder of the log, made when missing. One process at a time may hold it. */
  readonly dataDir: string;
  /** First part of all file names, so that several groups can share a folder. `a-z A-Z 0-9 _ -`, at most 64. Default `log`. */
  readonly groupName?: string;
  /**
   * A segment file is not made longer than this, except for a single batch that is. Bytes, 4096–1 GiB, default 16 MiB.
   * Smaller segments free their space sooner after a snapshot; each new one costs three syncs.
   */
  readonly segmentBytesMax?: number;
  /**
   * Space is claimed, by writing zeros, in steps of this size, so that most commits change no file size and need no
   * journal commit of the file system. Bytes, 0 (never) to `segmentBytesMax`, default 1 MiB.
   */
  readonly claimBytes?: number;
  /** A group commit takes no further batch once it is this long. Bytes, 1 to 256 MiB, default 4 MiB. */
  readonly commitBytesMax?: number;
  /** Called once, when the disk has refused something. The process must end now: nothing will be accepted any more. */
  readonly onFailure: (error: StorageFailedError) => void;
  /**
   * Called when a write found no space, and when one succeeded again. In between nothing is acknowledged; what was
   * appended waits in memory and is tried again, so whoever appends should append no more. Must not throw.
   */
  readonly onCondition?: (condition: StoreCondition) => void;
  /**
   * What `open` does with a log that is damaged. `refuse`: rejects with `StorageDamagedError`. `setAside`: keeps its files
   * in `damaged-<group>-<time>-<id>` below the data folder and opens empty, as another store of its member (`storeId`), which
   * is safe only where other members have the data. A log in an unknown format is always refused. Default `refuse`.
   */
  readonly onDamage?: 'refuse' | 'setAside';
  /** The id of a store that takes another one's place; no two of a member may be equal. Default: a random number. */
  readonly newStoreId?: () => number;
  /** The wall clock, ms, for names of folders. Default: `Date.now`. */
  readonly epochMs?: () => number;
  /** Told what the store does. Must not throw. Default: nothing. */
  readonly trace?: (event: StoreTrace) => void;
  /** Ports, for tests. Default: the real disk and the real process table. */
  readonly files?: FileOps;
  readonly processes?: ProcessTable;
  /** Pauses between two attempts on a full disk. Default: a timer. */
  readonly pause?: (ms: number) => Promise<void>;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Complete options, or a `RangeError` that lists everything that is wrong. */
export function parseFileLogStoreOptions(options: FileLogStoreOptions): Required<FileLogStoreOptions> {
  const complete = {
    groupName: 'log',
    segmentBytesMax: 16 * mebibyte,
    commitBytesMax: 4 * mebibyte,
    onCondition: () => undefined,
    trace: () => undefined,
    pause: timer,
    onDamage: 'refuse' as const,
    newStoreId: randomStoreId,
    epochMs: Date.now,
    files: nodeFileOps,
    processes: systemProcessTable,
    ...defined(options),
  };
  const claimBytes = options.claimBytes ?? Math.min(mebibyte, complete.segmentBytesMax);
  const problems = [
    ...(complete.dataDir.length > 0 ? [] : ['dataDir is empty']),
    ...(/^[\w-]{1,64}$/.test(complete.groupName)
      ? []
      : [`groupName ${JSON.stringify(complete.groupName)} is not 1–64 of a-z A-Z 0-9 _ -`]),
    ...outside('segmentBytesMax', complete.segmentBytesMax, 4 * kibibyte, kibibyte * mebibyte),
    ...outside('claimBytes', claimBytes, 0, complete.segmentBytesMax),
    ...outside('commitBytesMax', complete.commitBytesMax, 1, 256 * mebibyte),
  ];
  if (problems.length > 0) throw new RangeError(`The options of the log store cannot be used: ${problems.join('; ')}.`);
  return Object.freeze({ ...complete, claimBytes });
}

function timer(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function outside(name: string, value: number, min: number, max: number): string[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${name} = ${value} is not an integer from ${min} to ${max}`];
}

/** An option that is given as undefined is an option that is not given. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
