import { OrderAudit } from '../audit/order-audit.js';
import { OrdersPage, OrderView } from '../orders/order-view.js';
import { OrderPlacedView } from '../orders/place-order.js';
import { catalogVersionOf, headerNames, orderPath, orderRoutes, ordersAfterPath } from '../routes.js';
import type { HttpTransport } from '../transport/http-transport.js';

import { readMessage, readProblem, type Unavailable, unavailable, unexpected } from './answer.js';
import { type CallOptions, CallSender } from './call-sender.js';
import { type NotLeader, notLeader, type PlaceOrderRefusal, placeOrderRefusal } from './place-order-refusal.js';

/** What an order is placed with. */
export interface OrderToPlace {
  readonly name: string;
  readonly quantity: number;
  /** The idempotency key; the same on every retry. */
  readonly key: string;
  /** How long the order may take from now, in ms; the replica is told. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export type PlaceOrderResult =
  | {
      readonly kind: 'placed';
      readonly orderNumber: number;
      /** an earlier answer to this key */ readonly replayed: boolean;
      /** the catalog's version after the sale, to send along with reads (`Min-Catalog-Seq`) */
      readonly version?: string | undefined;
    }
  | NotLeader
  | PlaceOrderRefusal;

export type OrderResult =
  { readonly kind: 'order'; readonly order: OrderView } | { readonly kind: 'absent' } | NotLeader | Unavailable;

export type OrdersPageResult = { readonly kind: 'page'; readonly page: OrdersPage } | NotLeader | Unavailable;

export type OrderAuditResult = { readonly kind: 'audit'; readonly audit: OrderAudit } | Unavailable;

/**
 * One order replica's internal API. Every method rejects with a `TransportError` when there is no usable answer.
 * Placing again with the same key is always safe.
 */
export class OrderClient {
  private readonly sender: CallSender;

  constructor(transport: HttpTransport, receiver = 'order') {
    this.sender = new CallSender(transport, receiver);
  }

  async placeOrder({ name, quantity, key, deadlineMs, signal }: OrderToPlace): Promise<PlaceOrderResult> {
    const headers = {
      [headerNames.idempotencyKey]: key,
      [headerNames.deadlineMs]: String(Math.max(0, Math.floor(deadlineMs))),
    };
    const { answer, target } = await this.sender.post(
      orderRoutes.orders,
      { name, quantity },
      { headers, deadlineMs, signal },
    );
    if (answer.status === 200) {
      const { order_number: orderNumber } = readMessage(OrderPlacedView, answer, target);
      const replayed = answer.headers[headerNames.idempotencyReplayed] === 'true';
      const version = catalogVersionOf(answer.headers[headerNames.minCatalogSeq]);
      return { kind: 'placed', orderNumber, replayed, version };
    }
    const problem = readProblem(answer);
    if (problem.status === 421) return notLeader(problem);
    const refusal = placeOrderRefusal(problem);
    if (refusal !== undefined) return refusal;
    throw unexpected(problem, target);
  }

  async getOrder(number: number, options: CallOptions = {}): Promise<OrderResult> {
    const { answer, target } = await this.sender.get(orderPath(number), options);
    if (answer.status === 200) return { kind: 'order', order: readMessage(OrderView, answer, target) };
    const problem = readProblem(answer);
    if (problem.code === 'order-not-found') return { kind: 'absent' };
    if (problem.status === 421) return notLeader(problem);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  /** Committed orders with a number greater than `after` (−1 for all), at most a page of them. */
  async ordersAfter(after: number, options: CallOptions = {}): Promise<OrdersPageResult> {
    const { answer, target } = await this.sender.get(ordersAfterPath(after), options);
    if (answer.status === 200) return { kind: 'page', page: readMessage(OrdersPage, answer, target) };
    const problem = readProblem(answer);
    if (problem.status === 421) return notLeader(problem);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  /** What the replica's applied state holds, whatever its role. */
  async audit(options: CallOptions = {}): Promise<OrderAuditResult> {
    const { answer, target } = await this.sender.get(orderRoutes.audit, options);
    if (answer.status === 200) return { kind: 'audit', audit: readMessage(OrderAudit, answer, target) };
    const problem = readProblem(answer);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }
}
