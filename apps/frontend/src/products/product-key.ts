import { type CacheKey, cacheKey } from '@quorumkit/cache';
import { parseProductName } from '@toystore/contracts';

/** Name of the catalog's products in the cache, and in the invalidations that the catalog sends. */
const collection = 'products';

/** The cache's key of a product; nothing for a text that names no product, however it got into a path. */
export function productKey(rawName: string | undefined): CacheKey | undefined {
  const name = parseProductName(rawName);
  return name === undefined ? undefined : cacheKey(collection, name);
}

/** The product that a key of the cache is about; the reverse of `productKey`. */
export function productNameIn(key: CacheKey): string {
  return key.slice(collection.length + 1);
}
