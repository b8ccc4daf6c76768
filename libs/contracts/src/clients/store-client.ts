import { OrderAnswer, type OrderView } from '../orders/order-view.js';
import { OrderPlacedAnswer } from '../orders/place-order.js';
import { ProductAnswer, ProductList, type ProductView } from '../products/product-view.js';
import { catalogVersionOf, headerNames, orderPath, productPath, publicRoutes } from '../routes.js';
import type { HttpTransport } from '../transport/http-transport.js';

import { readMessage, readProblem, type Unavailable, unavailable, unexpected } from './answer.js';
import { type CallOptions, CallSender } from './call-sender.js';
import type { OrderToPlace } from './order-client.js';
import { type PlaceOrderRefusal, placeOrderRefusal } from './place-order-refusal.js';

export type ProductResult =
  | { readonly kind: 'product'; readonly product: ProductView }
  | { readonly kind: 'absent'; readonly detail: string }
  | Unavailable;

export type ProductsResult = { readonly kind: 'products'; readonly products: readonly ProductView[] } | Unavailable;

export type StorePlaceOrderResult =
  | {
      readonly kind: 'placed';
      readonly orderNumber: number;
      /** an earlier answer to this key */ readonly replayed: boolean;
      /** for `ProductCallOptions.minVersion` */ readonly version?: string | undefined;
    }
  | PlaceOrderRefusal;

export type StoreOrderResult =
  | { readonly kind: 'order'; readonly order: OrderView }
  | { readonly kind: 'absent'; readonly detail: string }
  | Unavailable;

/** Reading one product. */
export interface ProductCallOptions extends CallOptions {
  /** The `version` of an order that was placed: the answer shows at least that sale. */
  readonly minVersion?: string | undefined;
}

export interface StoreClientOptions {
  /** Names the session in the store's logs. */
  readonly sessionId?: string;
}

/** The store's public API, as a shopper uses it. Rejects with a `TransportError` when there is no usable answer. */
export class StoreClient {
  private readonly sender: CallSender;

  constructor(transport: HttpTransport, { sessionId }: StoreClientOptions = {}) {
    this.sender = new CallSender(
      transport,
      'the store',
      sessionId === undefined ? {} : { [headerNames.sessionId]: sessionId },
    );
  }

  async products(options: CallOptions = {}): Promise<ProductsResult> {
    const { answer, target } = await this.sender.get(publicRoutes.products, options);
    if (answer.status === 200) return { kind: 'products', products: readMessage(ProductList, answer, target).data };
    const problem = readProblem(answer);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  async product(name: string, { minVersion, ...options }: ProductCallOptions = {}): Promise<ProductResult> {
    const headers =
      minVersion === undefined ? options.headers : { ...options.headers, [headerNames.minCatalogSeq]: minVersion };
    const { answer, target } = await this.sender.get(productPath(name), { ...options, headers });
    if (answer.status === 200) return { kind: 'product', product: readMessage(ProductAnswer, answer, target).data };
    const problem = readProblem(answer);
    if (problem.status === 404) return { kind: 'absent', detail: problem.detail };
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  async placeOrder({ name, quantity, key, deadlineMs, signal }: OrderToPlace): Promise<StorePlaceOrderResult> {
    const headers = { [headerNames.idempotencyKey]: key };
    const { answer, target } = await this.sender.post(
      publicRoutes.orders,
      { name, quantity },
      { headers, deadlineMs, signal },
    );
    if (answer.status === 200) {
      const { data } = readMessage(OrderPlacedAnswer, answer, target);
      return {
        kind: 'placed',
        orderNumber: data.order_number,
        replayed: answer.headers[headerNames.idempotencyReplayed] === 'true',
        version: catalogVersionOf(answer.headers[headerNames.minCatalogSeq]),
      };
    }
    const problem = readProblem(answer);
    const refusal = placeOrderRefusal(problem);
    if (refusal !== undefined) return refusal;
    throw unexpected(problem, target);
  }

  async order(number: number, options: CallOptions = {}): Promise<StoreOrderResult> {
    const { answer, target } = await this.sender.get(orderPath(number), options);
    if (answer.status === 200) return { kind: 'order', order: readMessage(OrderAnswer, answer, target).data };
    const problem = readProblem(answer);
    if (problem.status === 404) return { kind: 'absent', detail: problem.detail };
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }
}
