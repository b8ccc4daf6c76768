import { invariant } from '@quorumkit/raft';
import type { Entry, PersistBatch, Snapshot, StoredState } from '@quorumkit/raft';
import { StorageFailedError, StoreInUseError } from './errors.js';
import { advance, emptyOutline, isEmptyOutline } from './log-outline.js';
import type { BatchPlan, LogOutline } from './log-outline.js';
import type { LogStore } from './log-store.js';
import { randomStoreId } from './random-store-id.js';

export interface MemoryLogStoreOptions {
  /** Named in errors. Default `memory`. */
  readonly name?: string;
  /** As in `FileLogStore`: called once when the store fails. */
  readonly onFailure?: (error: StorageFailedError) => void;
  /**
   * Stands for the disk: awaited before what was appended becomes durable. A rejection is a failed fsync. Default:
   * one microtask.
   */
  readonly sync?: () => Promise<void>;
  /** As in `FileLogStore`. Default: a random number. */
  readonly newStoreId?: () => number;
}

interface Contents {
  outline: LogOutline;
  snapshot: Snapshot | undefined;
  entries: Entry[];
  storeId: number | undefined;
}

interface Waiting {
  readonly plan: BatchPlan;
  readonly resolve: () => void;
  readonly reject: (error: StorageFailedError) => void;
}

/**
 * A log store without a disk, for tests. It has a volatile part (appended, not yet synced) and a durable part; one
 * object stands for the disk through any number of restarts: `open`, `append`…, `crash`, `open`.
 *
 * Promise: it keeps the contract of `LogStore`, group commit included; `crash()` loses exactly what was not
 * acknowledged. Non-promise: nothing survives the process. Entries are kept by reference.
 */
export class MemoryLogStore implements LogStore {
  readonly #name: string;
  readonly #onFailure: (error: StorageFailedError) => void;
  readonly #sync: () => Promise<void>;
  readonly #newStoreId: () => number;
  #durable: Contents = { outline: emptyOutline(), snapshot: undefined, entries: [], storeId: undefined };
  #volatile: LogOutline = emptyOutline();
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  /** Why nothing more is accepted: a failed sync, or a batch that would have broken the log. */
  #dead: Error | undefined;
  /** Rises with each crash: a sync that was under way then belongs to a process that is gone. */
  #incarnation = 0;
  #isOpen = false;
  #commits = 0;

  constructor(options: MemoryLogStoreOptions = {}) {
    this.#name = options.name ?? 'memory';
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#sync = options.sync ?? (() => Promise.resolve());
    this.#newStoreId = options.newStoreId ?? randomStoreId;
  }

  /** Group commits so far: fewer than batches when several shared one. */
  get commits(): number {
    return this.#commits;
  }

  async open(): Promise<StoredState> {
    if (this.#isOpen) throw new StoreInUseError(this.#name, undefined, 'it is already open in this process');
    this.#isOpen = true;
    this.#dead = undefined;
    this.#volatile = structuredClone(this.#durable.outline);
    return this.durableState();
  }

  /** What `open` would find if the process were killed now. */
  durableState(): StoredState {
    const { outline, snapshot, entries, storeId } = this.#durable;
    return { hardState: outline.hardState, snapshot, entries: [...entries], ...(storeId !== undefined && { storeId }) };
  }

  async identify(): Promise<number> {
    invariant(isEmptyOutline(this.#volatile), 'a store is given its id before anything is appended');
    const storeId = this.#newStoreId();
    await this.#sync();
    this.#durable.storeId = storeId;
    return storeId;
  }

  /** The disk was replaced: nothing is left. To be called while no process runs on it. */
  wipe(): void {
    this.#durable = { outline: emptyOutline(), snapshot: undefined, entries: [], storeId: undefined };
  }

  append(batch: PersistBatch): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new Error(`Log store ${this.#name} is not open. Call open() first.`));
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    let plan: BatchPlan;
    try {
      plan = advance(this.#volatile, batch);
    } catch (error) {
      this.#dead = error as Error;
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, resolve, reject });
      this.#flushing ??= this.#flush(this.#incarnation);
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#isOpen = false;
  }

  /** The process is gone: what was not durable is lost, its promises never settle, `open` may be called again. */
  crash(): void {
    this.#incarnation += 1;
    this.#waiting = [];
    this.#flushing = undefined;
    this.#isOpen = false;
  }

  async #flush(incarnation: number): Promise<void> {
    await Promise.resolve();
    while (incarnation === this.#incarnation && this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#sync();
      } catch (cause) {
        if (incarnation === this.#incarnation) this.#fail(cause, group);
        break;
      }
      if (incarnation !== this.#incarnation) return;
      for (const { plan } of group) carryOut(this.#durable, plan);
      this.#commits += 1;
      for (const { resolve } of group) resolve();
    }
    if (incarnation === this.#incarnation) this.#flushing = undefined;
  }

  #fail(cause: unknown, group: readonly Waiting[]): void {
    const error = new StorageFailedError('sync the log', this.#name, { cause });
    this.#dead = error;
    const refused = [...group, ...this.#waiting];
    this.#waiting = [];
    for (const { reject } of refused) reject(error);
    this.#onFailure(error);
  }
}

function carryOut(contents: Contents, { batch, truncateFrom }: BatchPlan): void {
  if (truncateFrom !== undefined) contents.entries = contents.entries.filter((entry) => entry.index < truncateFrom);
  const snapshot = batch.snapshot;
  if (snapshot !== undefined) {
    contents.snapshot = snapshot;
    contents.entries = contents.entries.filter((entry) => entry.index > snapshot.index);
  }
  for (const entry of batch.entries) contents.entries.push(entry);
  advance(contents.outline, batch);
}
