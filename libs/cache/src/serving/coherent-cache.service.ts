import { Injectable } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import type { Version } from '../core/version.js';
import type { CacheExplanation, CacheStats } from './cache-report.js';
import type { Loaded } from './loaded.js';

export type Load<T> = (signal: AbortSignal) => Promise<Loaded<T>>;

@Injectable()
export class CoherentCache {
  /** Resolves with the value under the key, or `undefined` when the owner has none. Rejects with what `load` rejects with. */
  fetch<T>(_key: CacheKey, _load: Load<T>): Promise<T | undefined> {
    throw new Error('not implemented');
  }

  invalidate(_key: CacheKey, _version?: Version): void {
    throw new Error('not implemented');
  }

  stats(): CacheStats {
    throw new Error('not implemented');
  }

  explain(_key: CacheKey): CacheExplanation {
    throw new Error('not implemented');
  }
}
