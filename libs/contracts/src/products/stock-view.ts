import { IntegerProperty, ListProperty, ProductNameProperty } from '../validation/property.js';

import { priceCentsMax } from '../money/price.js';

import { productsMax } from './product-view.js';

/** One product as the catalog keeps it. */
export class StockItem {
  @ProductNameProperty()
  name!: string;

  @IntegerProperty({ max: priceCentsMax, example: 2599 })
  priceCents!: number;

  @IntegerProperty({ example: 100 })
  quantity!: number;
}

/**
 * Internal `GET /products/:name`: the value with the version `(epoch, sequence)` that was read in the same turn.
 * The epoch rises at every boot of the catalog, the sequence with every applied command.
 */
export class StockView extends StockItem {
  @IntegerProperty({ example: 4 })
  epoch!: number;

  @IntegerProperty({ example: 1207 })
  sequence!: number;
}

/** Internal `GET /products`, in catalog order, all of one version. */
export class StockList {
  @ListProperty(StockItem, { countMax: productsMax })
  products!: StockItem[];

  @IntegerProperty({ example: 4 })
  epoch!: number;

  @IntegerProperty({ example: 1207 })
  sequence!: number;
}
