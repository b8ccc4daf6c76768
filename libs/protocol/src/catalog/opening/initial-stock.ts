import type { InitialProduct } from '../stock/stock-command.js';

/** Where the stock of the very first start comes from. */
export interface InitialStock {
  /** Rejects with an `InitialStockError` when what is there cannot be used. */
  read(): Promise<readonly InitialProduct[]>;
}

export const initialStockToken = Symbol('initial stock');

/** The initial stock cannot be used. Nothing was loaded. */
export class InitialStockError extends Error {
  override readonly name: string = 'InitialStockError';
  readonly definite = true;
}
