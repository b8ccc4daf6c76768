import { type LogStore, StorageFailedError, type StoreCondition } from '@quorumkit/leader';
import { MemoryLogStore } from '@quorumkit/leader/testing';
import type { VirtualProcess } from '../world/virtual-process.js';
import { timing } from './store.js';

type PersistBatch = Parameters<LogStore['append']>[0];

/** A sync that will report an error, which ends the process. */
export interface SyncError {
  /** Whether the batch reached the disk all the same: nobody can know. */
  readonly isWritten: boolean;
  /** The process must end now, and comes back when it is started again. */
  readonly ended: () => void;
}

/** What one life of a process hears of its disk. */
export interface DiskListener {
  readonly written?: (batch: PersistBatch) => void;
  readonly condition: (condition: StoreCondition) => void;
}

const spacePollMs = 20;

/** A process's disk: it outlives the process, loses what was not synced, and can be slow, full, broken or replaced. */
export class Disk {
  /** In this life a sync has failed: the process must end, which is no bug. */
  failure: SyncError | undefined;
  private readonly log: MemoryLogStore;
  private syncMs: number = timing.fsyncMs;
  private slowUntil = 0;
  private fullUntil = 0;
  private syncError: SyncError | undefined;
  private isReplaced = false;
  private listener: DiskListener | undefined;

  constructor(private readonly process: VirtualProcess) {
    this.log = new MemoryLogStore({
      name: process.name,
      sync: () => this.sync(),
      newStoreId: () => process.random.integer(1, 2 ** 31),
    });
  }

  /** Which store of its member this is; 0: the first. Also while it is closed. */
  get storeId(): number {
    return this.isReplaced ? Number.NaN : (this.log.durableState().storeId ?? 0);
  }

  /** The term that it would start with now. */
  get term(): number {
    return this.log.durableState().hardState.term;
  }

  get isSlow(): boolean {
    return this.slowUntil > this.process.world.now;
  }

  get isFull(): boolean {
    return this.fullUntil > this.process.world.now;
  }

  /** The store of the life that begins now. */
  store(listener: DiskListener): LogStore {
    const { process, log } = this;
    const { life } = process;
    this.listener = listener;
    this.failure = undefined;
    return {
      open: async () => {
        const stored = await log.open();
        if (!this.isReplaced) return stored;
        // As a store that was damaged and set aside: it knows that it takes the place of a lost one.
        const storeId = await log.identify();
        this.isReplaced = false;
        return { ...stored, storeId };
      },
      identify: () => log.identify(),
      append: (batch) => (process.life === life ? this.append(batch) : new Promise<never>(() => undefined)),
      close: () => log.close(),
    };
  }

  /** The process is gone, and with it what was not synced. */
  crash(): void {
    this.log.crash();
    this.listener = undefined;
  }

  /** Every sync takes so much longer. */
  slowDown({ syncMs, forMs }: { readonly syncMs: number; readonly forMs: number }): void {
    this.syncMs = syncMs;
    this.slowUntil = this.process.world.now + forMs;
  }

  fillUp(forMs: number): void {
    this.fullUntil = this.process.world.now + forMs;
  }

  failNextSync(error: SyncError): void {
    this.syncError = error;
  }

  /** Another disk is in its place, an empty one. To be called while no process runs on it. */
  replace(): void {
    this.log.wipe();
    this.isReplaced = true;
  }

  heal(): void {
    this.slowUntil = 0;
    this.fullUntil = 0;
    this.syncError = undefined;
  }

  private async append(batch: PersistBatch): Promise<void> {
    if (this.failure !== undefined) throw this.refusal();
    await this.log.append(batch);
    const { syncError } = this;
    if (syncError !== undefined) {
      this.fail(syncError);
      throw this.refusal();
    }
    this.listener?.written?.(batch);
  }

  private async sync(): Promise<void> {
    await this.pause(this.isSlow ? this.syncMs : timing.fsyncMs);
    if (this.isFull) {
      this.listener?.condition('full');
      while (this.isFull) await this.pause(spacePollMs);
      this.listener?.condition('writable');
    }
    const { syncError } = this;
    if (syncError === undefined || syncError.isWritten) return;
    this.fail(syncError);
    throw new Error('EIO: i/o error, fsync');
  }

  private fail(error: SyncError): void {
    this.syncError = undefined;
    this.failure = error;
  }

  private refusal(): StorageFailedError {
    return new StorageFailedError('sync', this.process.name, { cause: new Error('EIO'), duringSync: true });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.process.after(ms, resolve, 'disk'));
  }
}
