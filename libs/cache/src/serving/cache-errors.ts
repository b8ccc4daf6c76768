import type { CacheKey } from '../core/cache-key.js';

/** Groups of one entry at most: bounds what an entry costs beside its value. */
export const groupsPerEntryMax = 32;

/** `fillsInFlightMax` loads are under way, among them those that were given up and still run. Nothing was asked of the owner; try again later. */
export class CacheOverloadedError extends Error {
  override readonly name = 'CacheOverloadedError';
  readonly code = 'cache_overloaded';
  readonly definite = true;

  constructor(
    readonly key: CacheKey,
    readonly fillsInFlightMax: number,
    readonly fillsAbandoned: number = 0,
  ) {
    super(
      `${key} is not cached and ${fillsInFlightMax} loads are under way already (fillsInFlightMax)` +
        `${fillsAbandoned === 0 ? '' : `, ${fillsAbandoned} of them given up (fillTimeoutMs) and not ended yet: the owner hangs, or a handler does`}. ` +
        'Nothing was loaded; try again later.',
    );
  }
}

/** A load took longer than `fillTimeoutMs`; its signal is aborted and its answer, should one come, is dropped. Until then it counts against `fillsInFlightMax`. */
export class FillTimeoutError extends Error {
  override readonly name = 'FillTimeoutError';
  readonly code = 'cache_fill_timeout';
  readonly definite = true;

  constructor(
    readonly key: CacheKey,
    readonly fillTimeoutMs: number,
  ) {
    super(
      `Loading ${key} took longer than ${fillTimeoutMs} ms (fillTimeoutMs) and was given up. Nothing was stored; it counts as under way until it has ended.`,
    );
  }
}

/** A loader or a handler gave back something without a usable version. */
export class UnversionedValueError extends Error {
  override readonly name = 'UnversionedValueError';
  readonly code = 'cache_value_unversioned';
  readonly definite = true;

  constructor(readonly key: CacheKey) {
    super(
      `What was loaded for ${key} has no version, so nobody can tell whether it is from before the last invalidation. ` +
        'Return versioned(value, { epoch, sequence }) or absent({ epoch, sequence }); both are non-negative whole numbers taken in the same turn as the value.',
    );
  }
}

/** A loader or a route names groups that nobody could invalidate. Dropping them would mean stale answers, so nothing is answered. */
export class UnusableGroupsError extends Error {
  override readonly name = 'UnusableGroupsError';
  readonly code = 'cache_groups_unusable';
  readonly definite = true;

  constructor(
    readonly key: CacheKey,
    readonly groups: readonly unknown[],
  ) {
    super(
      `${key} belongs to ${groups.length} groups: ${groups.slice(0, 5).map(String).join(', ').slice(0, 200)}. ` +
        `An entry has at most ${groupsPerEntryMax} groups, each named by 1 to 128 visible ASCII characters. Nothing was stored.`,
    );
  }
}
