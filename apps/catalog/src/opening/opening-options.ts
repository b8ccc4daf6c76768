export const openingOptionsToken = Symbol('opening options');

export interface OpeningOptions {
  /** Where the initial stock is; read at the first start only. */
  readonly toysCsvPath: string;
}
