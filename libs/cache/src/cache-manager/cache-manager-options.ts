import { Keyv } from 'keyv';

import type { CoherentCache } from '../serving/coherent-cache.service.js';
import { CoherentKeyvStore } from './coherent-keyv-store.js';

/** A Keyv over the coherent cache; values are handed on as they are, without serialisation or key prefix. */
export function createCoherentKeyv(cache: CoherentCache): Keyv {
  const store = new CoherentKeyvStore(cache);
  const keyv = new Keyv({ store, useKeyPrefix: false, serialize: undefined, deserialize: undefined });
  // Keyv looks for an iterator only in stores whose dialect it knows.
  keyv.iterator = keyv.generateIterator(() => store.entries());
  return keyv;
}

/**
 * Options for `@nestjs/cache-manager`, so that `CACHE_MANAGER` is the coherent cache:
 * `CacheModule.registerAsync({ imports: [CoherentCacheModule…], inject: [CoherentCache], useFactory: coherentCacheManagerOptions })`.
 */
export function coherentCacheManagerOptions(cache: CoherentCache): { stores: Keyv[] } {
  return { stores: [createCoherentKeyv(cache)] };
}
