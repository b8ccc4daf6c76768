import { baseOf, type CacheKey } from '../../core/cache-key.js';
import type { CoherentCacheState } from '../../core/cache-state.js';
import type { Version } from '../../core/version.js';

/** A promise that was broken, in words. */
export interface Violation {
  readonly at: number;
  readonly promise:
    | 'S1 acknowledged invalidation'
    | 'S2 acknowledged order'
    | 'S4 own order'
    | 'newest kept'
    | 'bounds'
    | 'order wait'
    | 'waits of a cut'
    | 'liveness';
  readonly detail: string;
}

/** One read on its way: the oldest revision it may be answered with was fixed when it was sent. */
export interface PendingRead {
  /** Of the product, or of a variant of it. */
  readonly key: CacheKey;
  /** Whoever asks has seen this acknowledged. */
  readonly minimum: Version | undefined;
  readonly requiredByClient: number;
  readonly requiredBySystem: number;
  readonly requiredByFrontend: number;
}

/**
 * Watches from outside. A revision is the number of a commit, counted over all lives of the owner, so it does not rely
 * on the versions that the algorithm itself compares.
 */
export class CoherenceChecker {
  readonly violations: Violation[] = [];
  reads = 0;
  hits = 0;
  staleHits = 0;
  /** Loads that showed an owner which invalidates before it commits. */
  regressions = 0;
  orders = 0;
  longestWaitMs = 0;
  private readonly acknowledged = new Map<CacheKey, number>();
  private readonly invalidated = new Map<string, Map<CacheKey, number>>();

  constructor(
    private readonly now: () => number,
    private readonly waitMaxMs: number,
  ) {}

  readSent(
    frontend: string,
    key: CacheKey,
    own?: { readonly version: Version; readonly revision: number },
  ): PendingRead {
    const product = baseOf(key);
    return {
      key,
      minimum: own?.version,
      requiredByClient: own?.revision ?? 0,
      requiredBySystem: this.acknowledged.get(product) ?? 0,
      requiredByFrontend: this.invalidated.get(frontend)?.get(product) ?? 0,
    };
  }

  readAnswered(read: PendingRead, revision: number): void {
    this.reads += 1;
    if (revision < read.requiredBySystem)
      this.report(
        'S2 acknowledged order',
        `${read.key}: revision ${revision} after ${read.requiredBySystem} was acknowledged`,
      );
    if (revision < read.requiredByClient)
      this.report(
        'S4 own order',
        `${read.key}: revision ${revision} for who had placed the order of ${read.requiredByClient}`,
      );
    if (revision < read.requiredByFrontend)
      this.report(
        'S1 acknowledged invalidation',
        `${read.key}: revision ${revision} after the DELETE of ${read.requiredByFrontend}`,
      );
  }

  /** A frontend has answered a DELETE: whoever asks it from now on is owed at least that revision. */
  invalidationAnswered(frontend: string, key: CacheKey, revision: number): void {
    const revisions = this.invalidated.get(frontend) ?? new Map<CacheKey, number>();
    this.invalidated.set(frontend, revisions.set(key, Math.max(revision, revisions.get(key) ?? 0)));
  }

  /** Something happened to what is held under a key: only something newer takes its place, only a newer change ends it. */
  heldBecame(key: CacheKey, before: number | undefined, after: number | undefined, because: number | undefined): void {
    if (before === undefined || because === undefined || before < because || (after ?? -1) >= before) return;
    this.report('newest kept', `${key}: revision ${before} gave way to ${after ?? 'nothing'} because of ${because}`);
  }

  /** `everywhere`: it has waited for the caches, so that everybody is owed that revision from now on. */
  orderAcknowledged(keys: readonly CacheKey[], revision: number, waitedMs: number, everywhere: boolean): void {
    this.orders += 1;
    this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
    if (waitedMs > this.waitMaxMs)
      this.report('order wait', `an order waited ${waitedMs} ms, at most ${this.waitMaxMs} were promised`);
    if (everywhere)
      for (const key of keys) this.acknowledged.set(key, Math.max(revision, this.acknowledged.get(key) ?? 0));
  }

  bounds(state: CoherentCacheState<unknown>): void {
    if (state.values.size > state.limits.capacity)
      this.report('bounds', `${state.values.size} entries in ${state.limits.capacity} slots`);
    if (state.absences.size > state.limits.negativeCapacity) this.report('bounds', `${state.absences.size} absences`);
    if (state.privates.size > state.limits.privateCapacity)
      this.report('bounds', `${state.privates.size} private entries`);
    if (state.floors.byKey.size > state.limits.floorsMax) this.report('bounds', `${state.floors.byKey.size} floors`);
  }

  report(promise: Violation['promise'], detail: string): void {
    this.violations.push({ at: this.now(), promise, detail });
  }
}
