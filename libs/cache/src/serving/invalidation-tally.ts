import { isGroup, isWholeCollection, type CacheKey } from '../core/cache-key.js';
import type { InvalidateOutcome } from '../core/coherent-cache.js';

/** How news came: on its own (`delete`, or about a `group` or `collection`), in the answer to a heartbeat, or without a version (`manual`). */
export const invalidationSources = ['delete', 'group', 'collection', 'heartbeat', 'manual'] as const;
export type InvalidationSource = (typeof invalidationSources)[number];

export const invalidationOutcomes = [
  'dropped',
  'raised',
  'unchanged',
] as const satisfies InvalidateOutcome['applied'][];
export type InvalidationOutcome = (typeof invalidationOutcomes)[number];

/** How many invalidations there were, by how they came and what they did. */
export class InvalidationTally {
  private readonly counts = new Map<string, number>();

  add(source: InvalidationSource, outcome: InvalidationOutcome): void {
    const name = `${source} ${outcome}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  of(source: InvalidationSource, outcome: InvalidationOutcome): number {
    return this.counts.get(`${source} ${outcome}`) ?? 0;
  }

  /** The owner's, with a version. */
  get ofTheOwner(): number {
    const sources = invalidationSources.filter((source) => source !== 'manual');
    return sources.reduce(
      (sum, source) => invalidationOutcomes.reduce((partial, outcome) => partial + this.of(source, outcome), sum),
      0,
    );
  }
}

/** The source of news that came on its own. */
export function sourceOf(key: CacheKey): InvalidationSource {
  if (isGroup(key)) return 'group';
  return isWholeCollection(key) ? 'collection' : 'delete';
}
