import type { CacheKey } from '../../core/cache-key.js';
import type { PendingInvalidation } from '../../core/cache-session.js';
import type { Session } from '../../core/session.js';

/** What the owner answers to a heartbeat, with when it was asked for. */
export interface BeatAnswer {
  readonly session: string;
  readonly epoch: number;
  readonly sentAt: number;
  readonly leaseMs: number;
  readonly invalidations: readonly PendingInvalidation[];
}

/**
 * A cache told in the simplest way: it reads every key at once while its lease is in force and keeps what it has read.
 * Nothing of it is the real one.
 */
export class ModelledCache {
  readonly held = new Map<CacheKey, number>();
  /** Nothing until the registration is answered. */
  granted: { readonly epoch: number; readonly grant: number } | undefined;
  acknowledge: readonly PendingInvalidation[] = [];
  private ordinal = 0;
  private leaseUntil = -Infinity;

  constructor(
    readonly id: string,
    readonly instance: string,
  ) {}

  get session(): Session {
    return { instance: this.instance, ordinal: this.ordinal };
  }

  beginSession(): void {
    this.ordinal += 1;
    this.held.clear();
    this.granted = undefined;
    this.acknowledge = [];
    this.leaseUntil = -Infinity;
  }

  take(answer: BeatAnswer): void {
    for (const { key, sequence } of answer.invalidations) this.invalidate(key, sequence);
    this.acknowledge = answer.invalidations;
    if (answer.leaseMs > 0) this.leaseUntil = Math.max(this.leaseUntil, answer.sentAt + answer.leaseMs);
  }

  invalidate(key: CacheKey, sequence: number): void {
    if ((this.held.get(key) ?? Infinity) < sequence) this.held.delete(key);
  }

  mayServe(now: number): boolean {
    return now < this.leaseUntil;
  }

  /** Reads what it does not hold; `sequence` is what the owner shows now. */
  load(keys: readonly CacheKey[], sequence: number): void {
    for (const key of keys) if (!this.held.has(key)) this.held.set(key, sequence);
  }
}
