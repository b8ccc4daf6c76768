import { Injectable } from '@nestjs/common';
import { InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import { type OrderNumber, ordersPerPageMax } from '@toystore/contracts';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import type { PlacedOrder } from '../ledger/placed-orders.js';

/** A run of orders, and whether there are more behind it. */
export interface OrderRun {
  readonly orders: readonly PlacedOrder[];
  readonly more: boolean;
}

/** Reads orders from the applied state. */
@Injectable()
export class FindOrder {
  constructor(
    private readonly machine: OrderStateMachine,
    @InjectReplicatedLog('orders') private readonly log: ReplicatedLog,
  ) {}

  /**
   * The order, or undefined when there certainly is none. An order that is found is true for ever, so it is answered
   * at once; that there is none must be confirmed with a quorum, or a leader that was deposed without knowing could
   * deny an order that its successor has acknowledged.
   *
   * @throws NotLeaderError, DeadlineExceededError
   */
  async byNumber(number: OrderNumber, { deadline }: { deadline?: number } = {}): Promise<PlacedOrder | undefined> {
    const { ledger } = this.machine;
    const known = ledger.findOrder(number);
    if (known !== undefined) return known;
    return this.log.read(() => ledger.findOrder(number), {
      consistency: 'linearizable',
      ...(deadline === undefined ? {} : { deadline }),
    });
  }

  /** What this replica has applied, of whatever role it is: orders with a greater number, in order. */
  after(number: number, limit: number): OrderRun {
    const { ledger } = this.machine;
    const orders = ledger.ordersFrom(number + 1, Math.min(limit, ordersPerPageMax));
    return { orders, more: number + 1 + orders.length < ledger.orderCount };
  }
}
