import type { Settlement } from './order-command.js';

/** What is remembered of a key after its intent has ended. */
export interface FinishedKey {
  readonly key: string;
  readonly fingerprint: string;
  readonly settlement: Settlement;
  /** Log time of the outcome, ms. */
  readonly finishedAt: number;
}

/**
 * The finished idempotency keys, oldest first. Time is log time, so every replica forgets the same keys at the same
 * entry, whatever its own clock says.
 */
export class KeyMemory {
  /** In the order in which they finished: log time never falls, so the oldest is always first. */
  private readonly finished = new Map<string, FinishedKey>();

  constructor(private readonly retentionMs: number) {}

  get size(): number {
    return this.finished.size;
  }

  find(key: string): FinishedKey | undefined {
    return this.finished.get(key);
  }

  remember(record: FinishedKey): void {
    this.finished.set(record.key, record);
  }

  /**
   * Forgets keys that finished at least the retention time before `now`, at most `countMax` of them, and returns
   * them. An entry adds at most `countMax` keys less than it may forget, so the memory shrinks after a quiet day.
   */
  expire(now: number, countMax: number): readonly FinishedKey[] {
    const expired: FinishedKey[] = [];
    for (const record of this.finished.values()) {
      if (expired.length === countMax || record.finishedAt + this.retentionMs > now) break;
      expired.push(record);
    }
    for (const record of expired) this.finished.delete(record.key);
    return expired;
  }

  values(): IterableIterator<FinishedKey> {
    return this.finished.values();
  }

  clear(): void {
    this.finished.clear();
  }
}
