import { type CatalogVersion, isOlder } from '../verdict/catalog-version.js';
import type { KnownStock, StockBound } from '../verdict/stock-bound.js';

/** All products as they were at one moment of the catalog. */
export interface SeenList {
  readonly version: CatalogVersion;
  /** Where in its history each product was; those are left out of which that is not clear. */
  readonly positions: ReadonlyMap<string, number>;
}

export interface AcknowledgedRestocking {
  readonly name: string;
  readonly known: KnownStock;
}

interface SeenRestocking extends AcknowledgedRestocking {
  /** It had been applied at this sequence. */
  readonly appliedBy: number;
}

/**
 * Tells from lists of all products which restockings have been acknowledged. Nobody is told so by the catalog, but its
 * rounds of restocking do not overlap: when something was restocked in a later round, the caches have acknowledged
 * what was restocked in the one before, or their leases have ended. Knows of each a little late, and never too early.
 *
 * Only within one life of the catalog: one that was killed while it waited has acknowledged nothing. Assumes that no round
 * fails after its commit, as one may while the catalog shuts down.
 */
export class RestockEvidence {
  private last: CatalogVersion | undefined;
  private readonly seen = new Map<string, { readonly position: number; readonly sequence: number }>();
  private pending: SeenRestocking[] = [];

  constructor(private readonly bound: Pick<StockBound, 'restockingBefore'>) {}

  /** What is known to be acknowledged now and was not before. */
  note({ version, positions }: SeenList): readonly AcknowledgedRestocking[] {
    // An answer that was overtaken by another one says nothing new.
    if (this.last !== undefined && isOlder(version, this.last)) return [];
    if (this.last?.epoch !== version.epoch) this.forget();
    this.last = version;
    let roundsOverThrough = -1;
    const found: SeenRestocking[] = [];
    for (const [name, position] of positions) {
      const before = this.seen.get(name);
      this.seen.set(name, { position, sequence: version.sequence });
      if (before === undefined) continue;
      const restockedTo = this.bound.restockingBefore(name, position);
      if (restockedTo <= before.position) continue;
      // It was applied after `before` and by now, in a round that began when those were over that had been applied by then.
      roundsOverThrough = Math.max(roundsOverThrough, before.sequence);
      const known = { position: restockedTo, version: { epoch: version.epoch, sequence: before.sequence + 1 } };
      found.push({ name, known, appliedBy: version.sequence });
    }
    const acknowledged = this.pending.filter(({ appliedBy }) => appliedBy <= roundsOverThrough);
    this.pending = [...this.pending.filter(({ appliedBy }) => appliedBy > roundsOverThrough), ...found];
    return acknowledged;
  }

  private forget(): void {
    this.seen.clear();
    this.pending = [];
  }
}
