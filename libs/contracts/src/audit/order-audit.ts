import { productsMax } from '../products/product-view.js';
import {
  HexProperty,
  IntegerProperty,
  ListProperty,
  ProductNameProperty,
  TextProperty,
} from '../validation/property.js';

/** How many pieces of one product the placed orders add up to. */
export class SoldProduct {
  @ProductNameProperty()
  name!: string;

  @IntegerProperty()
  quantity!: number;
}

/** `GET /audit` of an order replica, of any role: what its applied state holds. Equal state means equal `hash`. */
export class OrderAudit {
  @TextProperty({ lengthMax: 64 })
  replica!: string;

  @TextProperty({ lengthMax: 32 })
  role!: string;

  @IntegerProperty()
  term!: number;

  @TextProperty({ lengthMax: 64, nullable: true })
  leader!: string | null;

  @IntegerProperty()
  lastLogIndex!: number;

  @IntegerProperty()
  commitIndex!: number;

  @IntegerProperty()
  appliedIndex!: number;

  @IntegerProperty({ description: 'placed orders' })
  orders!: number;

  @IntegerProperty({ description: 'intents without an outcome' })
  openIntents!: number;

  @IntegerProperty()
  settledThrough!: number;

  @TextProperty({ lengthMax: 128 })
  hash!: string;

  @HexProperty({ digits: 16 })
  soldDigest!: string;

  @ListProperty(SoldProduct, { countMax: productsMax })
  soldByProduct!: SoldProduct[];
}
