import type { PersistBatch, StoredState } from '@quorumkit/raft';

/** Whether a store can write at present: `full` while it waits for space. */
export type StoreCondition = 'writable' | 'full';

/**
 * Where a replica keeps its term, vote and log entries. A port: `FileLogStore` is the durable implementation,
 * `MemoryLogStore` the one for tests; both run the conformance suite of `@quorumkit/leader/testing`.
 *
 * Promise: when `append` resolves, the batch and every earlier one survive a crash of the process and of the machine.
 * Batches become durable in call order. A batch that did not resolve may survive wholly or not at all, never in part.
 */
export interface LogStore {
  /** Reads what survived. Called once, before anything else. Rejects when the folder is in use or damaged. */
  open(): Promise<StoredState>;
  /**
   * Queues a batch. May be called again before the last promise settled: everything queued while one fsync runs
   * becomes the next group commit. After a rejection the store accepts nothing more and the process must end: a
   * failed fsync is never retried (the kernel may have dropped the dirty pages). A store that only lacks space may wait
   * for it instead: the promise then settles late.
   */
  append(batch: PersistBatch): Promise<void>;
  /**
   * Makes an empty store, to which nothing was appended, another one than its member had before: gives it an id that no
   * other has (`StoredState.storeId`). Durable when it resolves; `open` gives it back from then on.
   *
   * @returns the id
   */
  identify(): Promise<number>;
  /** Waits for what was queued, then releases the folder. */
  close(): Promise<void>;
}
