import { Controller, Get, Headers, Param, Query } from '@nestjs/common';
import {
  DeadlineExceededError,
  type Election,
  GroupStoppedError,
  InjectElection,
  InjectReplicatedLog,
  NotLeaderError,
  type ReplicatedLog,
} from '@quorumkit/leader';
import {
  headerNames,
  orderRoutes,
  OrdersPage,
  ordersPerPageMax,
  OrderView,
  parseDeadlineMs,
  parseOrderNumber,
} from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import { notLeaderProblem } from '../office/not-leader.js';
import { FindOrder, Office } from '@toystore/protocol/order';

/** `GET /orders/:number` of the leader, and `GET /orders?after=N`, the readable catch-up view of any replica. */
@Controller(orderRoutes.orders)
export class OrdersController {
  constructor(
    private readonly findOrder: FindOrder,
    private readonly office: Office,
    @InjectElection('orders') private readonly election: Election,
    @InjectReplicatedLog('orders') private readonly log: ReplicatedLog,
  ) {}

  @Get()
  page(@Query('after') rawAfter: unknown, @Query('limit') rawLimit: unknown): OrdersPage {
    const after = rawAfter === undefined || rawAfter === '-1' ? -1 : parseOrderNumber(rawAfter);
    const limit = rawLimit === undefined ? ordersPerPageMax : parseOrderNumber(rawLimit);
    if (after === undefined) throw badQuery('after', 'an order number, or -1 for all');
    if (limit === undefined || limit < 1) throw badQuery('limit', `a whole number from 1 to ${ordersPerPageMax}`);
    const { orders, more } = this.findOrder.after(after, limit);
    const { commitIndex, appliedIndex } = this.log;
    return { orders: orders.map(viewOf), commitIndex, appliedIndex, more };
  }

  @Get(':number')
  async order(
    @Param('number') rawNumber: string,
    @Headers(headerNames.deadlineMs) rawDeadline: string | undefined,
  ): Promise<OrderView> {
    const number = parseOrderNumber(rawNumber);
    if (number === undefined)
      throw new ProblemError('bad-request', 'An order number is written in plain decimal digits, such as 0 or 17.');
    if (!this.office.isHeld) throw notLeaderProblem(this.election);
    const deadlineMs = parseDeadlineMs(rawDeadline);
    const options = deadlineMs === undefined ? {} : { deadline: performance.now() + deadlineMs };
    const order = await this.findOrder.byNumber(number, options).catch((error: unknown) => {
      throw this.problemOf(error);
    });
    if (order === undefined) throw new ProblemError('order-not-found', `There is no order ${number}.`);
    return viewOf(order);
  }

  private problemOf(error: unknown): unknown {
    if (error instanceof NotLeaderError || error instanceof GroupStoppedError) return notLeaderProblem(this.election);
    if (error instanceof DeadlineExceededError) {
      return new ProblemError('unavailable', 'Leadership could not be confirmed in time.', {
        retryAfterMs: 1_000,
        cause: error,
      });
    }
    return error;
  }
}

function viewOf({ number, name, quantity }: OrderView): OrderView {
  return { number, name, quantity };
}

function badQuery(parameter: string, wanted: string): ProblemError {
  return new ProblemError('bad-request', `The query parameter ${parameter} must be ${wanted}.`);
}
