import type { CacheKey } from '../../core/cache-key.js';
import type { Version } from '../../core/version.js';

/** What the owner says under a key: the number of the change that made it so, counted over all of its lives. */
export interface Said {
  readonly change: number;
  readonly present: boolean;
}

export const asAtFirst: Said = { change: 0, present: true };

/** What a reader may be given, told without any of the cache's own ideas: a list of the owner's history. */
export class NaiveStore {
  changes = 0;
  /** The owner's own count, which begins anew with each of its lives. */
  epoch = 1;
  sequence = 0;
  readonly says = new Map<CacheKey, Said>();
  /** The changes that the cache has acknowledged, or that nobody waits for any more. */
  readonly acknowledged = new Map<CacheKey, number>();
  /** Least recently used first, as a list that is searched. */
  recency: CacheKey[] = [];

  change(present: boolean, ...changed: readonly CacheKey[]): Change {
    this.changes += 1;
    this.sequence += 1;
    for (const key of changed) this.says.set(key, { change: this.changes, present });
    return { change: this.changes, version: this.version() };
  }

  version(): Version {
    return { epoch: this.epoch, sequence: this.sequence };
  }

  restart(): void {
    this.epoch += 1;
    this.sequence = 0;
  }
}

export interface Change {
  readonly change: number;
  readonly version: Version;
}
