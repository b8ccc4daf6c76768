/**
 * `collection/name`: what an entry, a floor and an invalidation are about. The collection has no slash and is not
 * empty; the name may hold any character, also slashes. Keys are compared code unit by code unit, so whoever makes one
 * normalises first (percent-decoding, Unicode form, letter case).
 *
 * Three kinds of keys stand for more than one entry, in an invalidation:
 * - with an empty name, see `wholeCollection`: every key of that collection;
 * - of the collection `groups`, see `cacheGroup`: every entry whose load said that it belongs to the group;
 * - any other: the entry and all its variants, see `variantOf`.
 */
export type CacheKey = `${string}/${string}`;

/** UTF-16 code units; longer ones are refused at the edges, so that a floor's memory is bounded too. */
export const cacheKeyLengthMax = 512;

const groupPrefix = 'groups/';

/** Ends the key proper. A control character: names that come out of a URL have been checked before they become keys. */
const variantMark = '\n';

export function cacheKey(collection: string, name: string): CacheKey {
  return `${collection}/${name}`;
}

/** Names the whole collection in an invalidation. Never the key of an entry. */
export function wholeCollection(collection: string): CacheKey {
  return `${collection}/`;
}

/** Names a group (a tag) of entries. Never the key of an entry: the collection `groups` is set aside for this. */
export function cacheGroup(name: string): CacheKey {
  return `${groupPrefix}${name}`;
}

/** One of several answers under a key, such as that for one user. Whatever invalidates the key invalidates its variants. */
export function variantOf(key: CacheKey, variant: string): CacheKey {
  return `${key}${variantMark}${variant}`;
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

export function isGroup(key: CacheKey): boolean {
  return key.startsWith(groupPrefix);
}

export function isVariant(key: CacheKey): boolean {
  return key.includes(variantMark);
}

/** The key that this one is a variant of; the key itself when it is none. */
export function baseOf(key: CacheKey): CacheKey {
  const mark = key.indexOf(variantMark);
  return mark === -1 ? key : (key.slice(0, mark) as CacheKey);
}

/** What tells this variant from the others; empty for a key that is none. */
export function variantIn(key: CacheKey): string {
  const mark = key.indexOf(variantMark);
  return mark === -1 ? '' : key.slice(mark + 1);
}

/** May it be invalidated? There is no group without a name. */
export function isCacheKey(value: unknown): value is CacheKey {
  return (
    typeof value === 'string' && value.length <= cacheKeyLengthMax && value.indexOf('/') > 0 && value !== groupPrefix
  );
}

/** May an entry be kept under it? */
export function isEntryKey(key: CacheKey): boolean {
  const base = baseOf(key);
  return isCacheKey(base) && !isWholeCollection(base) && !isGroup(base);
}
