import type { PersistBatch } from '../effect.js';
import type { Entry, HardState, Snapshot, StoredState } from '../entry.js';
import type { Term } from '../ids.js';
import { invariant } from '../invariant.js';
import type { Prng } from '../prng.js';
import type { VirtualClock } from './virtual-clock.js';

export interface DiskConditions {
  /** How long an fsync takes. */
  readonly syncMinMs: number;
  readonly syncMaxMs: number;
}

export const fastDisk: DiskConditions = { syncMinMs: 0.1, syncMaxMs: 0.6 };

/**
 * Batches wait in a volatile part until an fsync makes all of them durable (group commit). A crash loses the volatile
 * part, except that a prefix of it may have reached the platter on its own; the batch after that prefix may be torn.
 */
export class SimulatedDisk {
  conditions: DiskConditions = fastDisk;
  /** See `StoredState.storeId`. */
  storeId = 0;
  private volatile: PersistBatch[] = [];
  private syncing = 0;
  private generation = 0;
  private failNext = false;
  private durable = new DurableLog();
  /** What the stores held that were lost, by their id. */
  private readonly lost = new Map<number, DurableLog>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly prng: Prng,
    /** Called with the sequence of the last batch that became durable. */
    private readonly onDurable: (sequence: number) => void,
    /** An fsync failed: what was written since the last one is in doubt, and the process must end. */
    private readonly onFailure: () => void = () => undefined,
  ) {}

  /** The next fsync reports an error. */
  failNextSync(): void {
    this.failNext = true;
  }

  append(batch: PersistBatch): void {
    this.volatile.push(batch);
    if (this.syncing === 0) this.startSync();
  }

  /** What a process finds that starts now: a damaged log is set aside whole, and another store begins in its place. */
  open(): StoredState {
    if (this.durable.isDamaged) this.replaceStore();
    return { ...this.durable.toStoredState(), storeId: this.storeId };
  }

  /**
   * A bit of what is durable flips. The running process does not notice, having it in memory; the checksum tells
   * whoever opens the store next.
   *
   * @param place from 0, the oldest that is stored, to 1, the newest.
   */
  flipBit(place: number): void {
    this.durable.damageAt(place);
  }

  /** Whoever opens it next will not find what was stored. */
  get isDamaged(): boolean {
    return this.durable.isDamaged;
  }

  get term(): Term {
    return this.durable.term;
  }

  get hardState(): HardState {
    return this.durable.hardState;
  }

  /** Of the durable log. */
  get lastIndex(): number {
    return this.durable.lastIndex;
  }

  get storesLost(): number {
    return this.lost.size;
  }

  /** Of a store that was lost: whether it had the entry when it was. */
  hasDurable(entry: { readonly index: number; readonly term: Term }, storeId = this.storeId): boolean {
    return (this.lost.get(storeId) ?? this.durable).has(entry);
  }

  crash(): void {
    this.generation += 1;
    const survivors = this.prng.integer(0, this.volatile.length);
    for (const batch of this.volatile.slice(0, survivors)) this.durable.apply(batch);
    const torn = this.volatile[survivors];
    if (torn !== undefined && this.prng.chance(0.5)) this.durable.apply(this.tear(torn));
    this.volatile = [];
    this.syncing = 0;
    this.failNext = false;
  }

  /** Its records were written in order: some of them, from the front, are whole. A snapshot is a file of its own. */
  private tear(batch: PersistBatch): PersistBatch {
    if (batch.snapshot !== undefined) {
      return { ...batch, truncateFrom: undefined, entries: [], snapshot: undefined };
    }
    return { ...batch, entries: batch.entries.slice(0, this.prng.integer(0, batch.entries.length)) };
  }

  /** Loses everything, as a replaced disk does: what starts on it next is another store. No group survives it on a majority. */
  wipe(): void {
    this.crash();
    this.replaceStore();
  }

  private replaceStore(): void {
    this.lost.set(this.storeId, this.durable);
    this.durable = new DurableLog();
    this.storeId = idOfStore(this.lost.size);
  }

  private startSync(): void {
    const { generation } = this;
    this.syncing = this.volatile.length;
    this.clock.after(this.prng.between(this.conditions.syncMinMs, this.conditions.syncMaxMs), () => {
      if (generation === this.generation) this.finishSync();
    });
  }

  private finishSync(): void {
    if (this.failNext) {
      this.failNext = false;
      this.onFailure();
      return;
    }
    const batches = this.volatile.splice(0, this.syncing);
    for (const batch of batches) this.durable.apply(batch);
    this.syncing = 0;
    if (this.volatile.length > 0) this.startSync();
    const last = batches[batches.length - 1];
    if (last !== undefined) this.onDurable(last.sequence);
  }
}

/** What a log store makes of the batches: the reference for `PersistBatch`. */
class DurableLog {
  hardState: HardState = { term: 0 as Term, votedFor: undefined };
  private snapshot: Snapshot | undefined;
  private entries: Entry[] = [];
  /** The index whose record is not what was written; the snapshot's stands for everything up to there. */
  private damagedIndex: number | undefined;

  get isDamaged(): boolean {
    return this.damagedIndex !== undefined;
  }

  damageAt(place: number): void {
    this.damagedIndex ??= this.base + Math.round(place * this.entries.length);
  }

  get term(): Term {
    return this.hardState.term;
  }

  apply(batch: PersistBatch): void {
    if (batch.hardState !== undefined) this.hardState = batch.hardState;
    if (batch.truncateFrom !== undefined) this.entries.length = this.offsetOf(batch.truncateFrom);
    if (batch.snapshot !== undefined) {
      this.entries = this.entries.slice(this.offsetOf(batch.snapshot.index + 1));
      this.snapshot = batch.snapshot;
      // The files with what it stands for are deleted, damaged or not.
      if (this.damagedIndex !== undefined && this.damagedIndex <= batch.snapshot.index) this.damagedIndex = undefined;
    }
    for (const entry of batch.entries) {
      invariant(
        entry.index === this.base + this.entries.length + 1,
        () => `a batch continues the stored log: ${entry.index} after ${this.base + this.entries.length}`,
      );
      this.entries.push(entry);
    }
  }

  has({ index, term }: { readonly index: number; readonly term: Term }): boolean {
    return index === 0 || index <= this.base || this.entries[index - this.base - 1]?.term === term;
  }

  toStoredState(): StoredState {
    return { hardState: this.hardState, snapshot: this.snapshot, entries: [...this.entries] };
  }

  get lastIndex(): number {
    return this.base + this.entries.length;
  }

  private get base(): number {
    return this.snapshot?.index ?? 0;
  }

  private offsetOf(index: number): number {
    return Math.min(Math.max(index - this.base - 1, 0), this.entries.length);
  }
}

/** In no order, as nothing may depend on one: 1, −2 … would do, but ids are not negative. */
function idOfStore(count: number): number {
  return count % 2 === 1 ? 1000 - count : 1000 + count;
}
