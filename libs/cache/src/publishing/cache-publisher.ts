import { Injectable } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import type { AcknowledgementMode } from './publisher-options.js';

/** What a mutation did. `sequence` is the owner's position after it: reads from then on carry at least this. */
export interface Committed<T> {
  readonly sequence: number;
  readonly result: T;
}

export interface Acknowledged<T> extends Committed<T> {
  /** Between the commit and the last acknowledgement or lease end. */
  readonly waitedMs: number;
}

/** One key, several, or those that the result turned out to touch. An empty list invalidates nothing. */
export type MutatedKeys<T> = CacheKey | readonly CacheKey[] | ((result: T) => readonly CacheKey[]);

@Injectable()
export class CachePublisher {
  /**
   * Opens for subscribers and mutations under an epoch that no earlier life of this service has used. Until `graceMs`
   * have passed nothing is acknowledged, because leases of an earlier life may still be in force: at least the longest
   * lease it may have granted; default `leaseMs`. 0 only when there was no earlier life.
   */
  open(_epoch: number, _options?: { readonly graceMs?: number }): void {
    throw new Error('not implemented');
  }

  /**
   * Runs `fn`, which commits and makes the change visible to readers; then invalidates the keys at every subscriber;
   * resolves when each has acknowledged or its lease has ended. Rejects with what `fn` rejects with.
   * A retry whose first attempt may have committed goes through here as well, with a sequence not below that commit's.
   */
  mutate<T>(
    _keys: MutatedKeys<T>,
    _fn: () => Committed<T> | Promise<Committed<T>>,
    _options?: { readonly mode?: AcknowledgementMode },
  ): Promise<Acknowledged<T>> {
    throw new Error('not implemented');
  }

  /** `mutate` for a change that is committed already. */
  invalidate(_keys: CacheKey | readonly CacheKey[], _sequence: number, _options?: { readonly mode?: AcknowledgementMode }): Promise<void> {
    throw new Error('not implemented');
  }
}
