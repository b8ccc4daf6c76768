import { baseOf, collectionOf, wholeCollection, type CacheKey } from './cache-key.js';
import { beforeAnyVersion, compareVersions, newerOf, type CompareVersions, type Version } from './version.js';

/**
 * The oldest version that may still be stored, for each key: what an invalidation leaves behind.
 * Bounded: the floor that was raised longest ago merges into the global floor, which holds for every key. That is
 * safe because a sequence counts all of the owner's mutations, and costs at most a load that is repeated.
 */
export interface Floors {
  readonly max: number;
  readonly compare: CompareVersions;
  readonly byKey: Map<CacheKey, Version>;
  global: Version;
}

/** What the global floor becomes when a key's own floor is forgotten. */
export type MergeFloor = (global: Version, forgotten: Version) => Version;

export function emptyFloors(max: number, compare: CompareVersions = compareVersions): Floors {
  return { max, compare, byKey: new Map(), global: beforeAnyVersion };
}

const noGroups: readonly CacheKey[] = Object.freeze([]);

/** The floor that holds for a key: its own, that of what it is a variant of, its collection's, its groups' or everybody's, whichever is newest. */
export function floorOf(floors: Floors, key: CacheKey, groups: readonly CacheKey[] = noGroups): Version {
  let floor = floors.global;
  const raise = (about: CacheKey) => {
    const raised = floors.byKey.get(about);
    if (raised !== undefined) floor = newerOf(floor, raised, floors.compare);
  };
  raise(key);
  const base = baseOf(key);
  if (base !== key) raise(base);
  raise(wholeCollection(collectionOf(key)));
  for (const group of groups) raise(group);
  return floor;
}

/**
 * Never lowers. False when there is nothing to do: this key's own floor was at least as high already (a late or repeated
 * invalidation), or the invalidation is of an earlier life of the owner, of which nothing can be stored any more.
 */
export function raiseFloor(floors: Floors, key: CacheKey, version: Version, merge: MergeFloor = newerOf): boolean {
  if (version.epoch < floors.global.epoch) return false;
  const own = floors.byKey.get(key);
  if (own !== undefined && floors.compare(own, version) >= 0) return false;
  floors.byKey.delete(key);
  floors.byKey.set(key, version);
  if (floors.byKey.size > floors.max) forgetOldest(floors, merge);
  return true;
}

export function raiseGlobalFloor(floors: Floors, version: Version): void {
  floors.global = newerOf(floors.global, version, floors.compare);
}

function forgetOldest(floors: Floors, merge: MergeFloor): void {
  for (const [key, version] of floors.byKey) {
    floors.byKey.delete(key);
    floors.global = merge(floors.global, version);
    return;
  }
}
