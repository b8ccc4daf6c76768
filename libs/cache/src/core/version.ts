/**
 * Position in the history of the service that owns the data.
 *
 * `epoch` rises at every start of the owner, `sequence` is the owner's count of applied mutations **at the instant the
 * value was read**, not the value's own revision: every value that is read after mutation `s` was applied carries a
 * sequence of at least `s`. That is what lets one floor cover many keys.
 * Both are non-negative safe integers; versions are ordered by epoch, then sequence.
 */
export interface Version {
  readonly epoch: number;
  readonly sequence: number;
}

/** Older than everything an owner hands out. */
export const beforeAnyVersion: Version = Object.freeze({ epoch: 0, sequence: 0 });

/** Negative when `a` is older than `b`, 0 when they are equal, positive when it is newer. */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch === b.epoch ? a.sequence - b.sequence : a.epoch - b.epoch;
}

export type CompareVersions = (a: Version, b: Version) => number;

export function newerOf(a: Version, b: Version, compare: CompareVersions = compareVersions): Version {
  return compare(a, b) >= 0 ? a : b;
}

export function isVersionPart(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** `3.41`, as in logs, entity tags and headers. */
export function formatVersion(version: Version): string {
  return `${version.epoch}.${version.sequence}`;
}
