import {
  FlagProperty,
  IntegerProperty,
  ListProperty,
  MessageProperty,
  ProductNameProperty,
} from '../validation/property.js';

import { orderQuantityMax } from './place-order.js';

/** Most orders in one page of `GET /orders?after=N`. */
export const ordersPerPageMax = 1000;

/** A placed order; the bare body of the internal `GET /orders/:number`. */
export class OrderView {
  @IntegerProperty({ example: 0 })
  number!: number;

  @ProductNameProperty()
  name!: string;

  @IntegerProperty({ min: 1, max: orderQuantityMax, example: 3 })
  quantity!: number;
}

/** `GET /orders/:number` on the public port. */
export class OrderAnswer {
  @MessageProperty(OrderView)
  data!: OrderView;
}

/** Internal `GET /orders?after=N`: orders with a greater number, in order; the readable view of a replica's catch-up. */
export class OrdersPage {
  @ListProperty(OrderView, { countMax: ordersPerPageMax })
  orders!: OrderView[];

  @IntegerProperty({ description: 'last log index known to be committed' })
  commitIndex!: number;

  @IntegerProperty({ description: 'last log index that these orders include' })
  appliedIndex!: number;

  @FlagProperty({ description: 'whether the next page is not empty' })
  more!: boolean;
}
