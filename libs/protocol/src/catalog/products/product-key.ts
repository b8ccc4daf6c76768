import { type CacheKey, cacheKey } from '@quorumkit/cache';

/** The key under which caches keep a product. */
export function productKey(name: string): CacheKey {
  return cacheKey('products', name);
}
