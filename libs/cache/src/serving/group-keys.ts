import { cacheGroup, type CacheKey } from '../core/cache-key.js';
import { groupsPerEntryMax, UnusableGroupsError } from './cache-errors.js';

const groupName = /^[\x20-\x7e]{1,128}$/;

const none: readonly CacheKey[] = Object.freeze([]);

/** The names of an entry's groups as keys, each once. @throws UnusableGroupsError */
export function groupKeys(key: CacheKey, ...lists: readonly (readonly string[] | undefined)[]): readonly CacheKey[] {
  if (lists.every((list) => list === undefined || list.length === 0)) return none;
  const names = [...new Set(lists.flatMap((list) => list ?? []))];
  if (names.length > groupsPerEntryMax || !names.every(isGroupName)) throw new UnusableGroupsError(key, names);
  return names.map(cacheGroup);
}

export function isGroupName(name: unknown): name is string {
  return typeof name === 'string' && groupName.test(name);
}
