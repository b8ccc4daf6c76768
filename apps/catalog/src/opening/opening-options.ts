export const openingOptionsToken = Symbol('opening options');

export interface OpeningOptions {
  /** Where the initial stock is; read at the first start only. */
  readonly toysCsvPath: string;
  /** The longest lease that an earlier life of the catalog may have granted to a cache, ms. */
  readonly leaseMs: number;
}
