export const restockOptionsToken = Symbol('restock options');

export interface RestockOptions {
  /** Time between the beginnings of two rounds, ms. */
  readonly intervalMs: number;
  /** What a product that is out of stock is filled up to. */
  readonly level: number;
}
