/**
 * `collection/name`: what an entry, a floor and an invalidation are about. The collection has no slash and is not
 * empty; the name may hold any character, also slashes. Keys are compared code unit by code unit, so whoever makes one
 * normalises first (percent-decoding, Unicode form, letter case).
 * A key with an empty name, see `wholeCollection`, stands for every key of that collection.
 */
export type CacheKey = `${string}/${string}`;

/** UTF-16 code units; longer ones are refused at the edges, so that a floor's memory is bounded too. */
export const cacheKeyLengthMax = 512;

export function cacheKey(collection: string, name: string): CacheKey {
  return `${collection}/${name}`;
}

/** Names the whole collection in an invalidation. Never the key of an entry. */
export function wholeCollection(collection: string): CacheKey {
  return `${collection}/`;
}

export function collectionOf(key: CacheKey): string {
  return key.slice(0, key.indexOf('/'));
}

export function nameOf(key: CacheKey): string {
  return key.slice(key.indexOf('/') + 1);
}

export function isWholeCollection(key: CacheKey): boolean {
  return key.indexOf('/') === key.length - 1;
}

export function isCacheKey(value: unknown): value is CacheKey {
  return typeof value === 'string' && value.length <= cacheKeyLengthMax && value.indexOf('/') > 0;
}
