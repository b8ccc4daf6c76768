import { IntegerProperty, MessageProperty, ProductNameProperty } from '../validation/property.js';

/** Most pieces in one order. */
export const orderQuantityMax = 100_000;

/** `POST /orders` on the public port. */
export class PlaceOrderBody {
  @ProductNameProperty()
  name!: string;

  @IntegerProperty({ min: 1, max: orderQuantityMax, description: 'how many', example: 3 })
  quantity!: number;
}

/** `POST /orders` on an order replica; the idempotency key and the remaining time travel as headers. */
export class InternalOrderBody extends PlaceOrderBody {}

/** A placed order's number; the bare body of the internal answer. */
export class OrderPlacedView {
  @IntegerProperty({ description: 'numbers start at 0 and have no gaps', example: 0 })
  order_number!: number;
}

/** `POST /orders` on the public port, answered. */
export class OrderPlacedAnswer {
  @MessageProperty(OrderPlacedView)
  data!: OrderPlacedView;
}
