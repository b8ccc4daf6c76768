import { Injectable } from '@nestjs/common';
import { CatalogEpoch } from '../opening/catalog-epoch.js';
import type { ProductFigures } from '../stock/product-stock.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';

/** The position of the catalog's log that a value was read at. */
interface ReadAt {
  readonly epoch: number;
  readonly sequence: number;
}

/** What a shopper may know of a product. */
export interface ProductRead {
  readonly name: string;
  readonly priceCents: number;
  readonly quantity: number;
}

/** The log is not applied yet, and what is there may be long out of date. */
export interface CatalogStarting {
  readonly kind: 'starting';
}

export type StockRead =
  | ({ readonly kind: 'stock'; readonly product: ProductRead } & ReadAt)
  | ({ readonly kind: 'absent' } & ReadAt)
  | CatalogStarting;

export type StockListRead =
  ({ readonly kind: 'stock'; readonly products: readonly ProductRead[] } & ReadAt) | CatalogStarting;

/**
 * The stock together with its version. Value and version are read in one turn: a cache may rely on a value being
 * exactly as new as its version says.
 */
@Injectable()
export class ReadStock {
  constructor(
    private readonly machine: StockStateMachine,
    private readonly epoch: CatalogEpoch,
  ) {}

  list(): StockListRead {
    const epoch = this.epoch.current;
    if (epoch === undefined) return { kind: 'starting' };
    const { ledger } = this.machine;
    return { kind: 'stock', products: ledger.list().map(readOf), epoch, sequence: ledger.sequence };
  }

  /** @param name undefined: one that no product can have */
  product(name: string | undefined): StockRead {
    const epoch = this.epoch.current;
    if (epoch === undefined) return { kind: 'starting' };
    const { ledger } = this.machine;
    const at = { epoch, sequence: ledger.sequence };
    const product = name === undefined ? undefined : ledger.find(name);
    return product === undefined ? { kind: 'absent', ...at } : { kind: 'stock', product: readOf(product), ...at };
  }
}

function readOf({ name, priceCents, current }: ProductFigures): ProductRead {
  return { name, priceCents, quantity: current };
}
