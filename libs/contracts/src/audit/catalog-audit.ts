import { productsMax } from '../products/product-view.js';
import { HexProperty, IntegerProperty, ListProperty, ProductNameProperty } from '../validation/property.js';

/** One product's books: `initial + restocked − sold = current ≥ 0`. */
export class ProductAudit {
  @ProductNameProperty()
  name!: string;

  @IntegerProperty()
  initial!: number;

  @IntegerProperty()
  restocked!: number;

  @IntegerProperty()
  sold!: number;

  @IntegerProperty({ min: Number.MIN_SAFE_INTEGER, description: 'negative only when an invariant is broken' })
  current!: number;
}

/** `GET /audit` of the catalog. */
export class CatalogAudit {
  @IntegerProperty()
  epoch!: number;

  @IntegerProperty()
  sequence!: number;

  @ListProperty(ProductAudit, { countMax: productsMax })
  products!: ProductAudit[];

  @IntegerProperty({ description: 'debits that were sold' })
  soldDebits!: number;

  @HexProperty({ digits: 16 })
  soldDigest!: string;
}
