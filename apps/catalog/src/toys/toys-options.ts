export interface ToysOptions {
  /** Where the initial stock is; read at the first start only. */
  readonly toysCsvPath: string;
}
