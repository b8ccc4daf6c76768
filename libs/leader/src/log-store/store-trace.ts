import type { StorageFailedError } from './errors.js';

/** What a durable store did, for logs and metrics. Never needed for correctness. */
export type StoreTrace =
  | {
      readonly kind: 'opened';
      readonly folder: string;
      readonly entries: number;
      readonly snapshotIndex: number;
      readonly lastIndex: number;
      readonly segments: number;
      readonly durationMs: number;
    }
  /** The process that held the folder is dead. */
  | { readonly kind: 'lockTakenOver'; readonly pid: number; readonly since: string }
  /** A crash interrupted the last write, which was never acknowledged. */
  | { readonly kind: 'tornTailCut'; readonly path: string; readonly offset: number; readonly bytes: number }
  /** A damaged log was moved away; this store is empty and another one than before. */
  | { readonly kind: 'setAside'; readonly folder: string; readonly storeId: number; readonly why: string }
  | { readonly kind: 'segmentStarted'; readonly path: string }
  /** Segments and snapshots that a newer snapshot replaced, and what a crash left behind. */
  | { readonly kind: 'filesRemoved'; readonly paths: readonly string[] }
  /** One group commit: one write and one fdatasync. */
  | { readonly kind: 'committed'; readonly batches: number; readonly bytes: number; readonly durationMs: number }
  /** What waits is tried again until there is space; meanwhile nothing is acknowledged. */
  | { readonly kind: 'spaceExhausted'; readonly error: StorageFailedError }
  | { readonly kind: 'spaceReturned'; readonly waitedMs: number }
  | { readonly kind: 'failed'; readonly error: StorageFailedError };
