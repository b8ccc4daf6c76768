import {
  IntegerProperty,
  ListProperty,
  MessageProperty,
  PriceProperty,
  ProductNameProperty,
} from '../validation/property.js';

/** Most products that a list holds. */
export const productsMax = 10_000;

/** A product as shoppers see it. */
export class ProductView {
  @ProductNameProperty()
  name!: string;

  @PriceProperty({ description: 'price of one, a decimal amount', example: 25.99 })
  price!: number;

  @IntegerProperty({ description: 'how many are in stock', example: 100 })
  quantity!: number;
}

/** `GET /products/:name` on the public port. */
export class ProductAnswer {
  @MessageProperty(ProductView)
  data!: ProductView;
}

/** `GET /products` on the public port, in catalog order. */
export class ProductList {
  @ListProperty(ProductView, { countMax: productsMax })
  data!: ProductView[];
}
