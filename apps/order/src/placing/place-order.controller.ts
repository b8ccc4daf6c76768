import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { type Election, InjectElection } from '@quorumkit/leader';
import {
  headerNames,
  InternalOrderBody,
  type OrderPlacedView,
  orderRoutes,
  parseDeadlineMs,
  parseIdempotencyKey,
  unreachable,
} from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import type { FastifyReply } from 'fastify';
import { notLeaderProblem } from '../office/not-leader.js';
import { PlaceOrder, type PlaceOrderAnswer } from '@toystore/protocol/order';

/** How long a caller waits that does not say, ms. */
const deadlineMsDefault = 10_000;

/** How long to stay away when this replica could not take an order, ms. */
const retryAfterMs = 1_000;

/** The leader's `POST /orders`. */
@Controller(orderRoutes.orders)
export class PlaceOrderController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    @InjectElection('orders') private readonly election: Election,
  ) {}

  @Post()
  @HttpCode(200)
  async place(
    @Body() { name, quantity }: InternalOrderBody,
    @Headers(headerNames.idempotencyKey) rawKey: string | undefined,
    @Headers(headerNames.deadlineMs) rawDeadline: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderPlacedView> {
    const key = parseIdempotencyKey(rawKey);
    if (key === undefined) {
      throw new ProblemError(
        'invalid-idempotency-key',
        'The Idempotency-Key header must be 1 to 255 visible ASCII characters.',
      );
    }
    const deadline = performance.now() + deadlineMsOf(rawDeadline);
    const answer = await this.placeOrder.place({ key, name, quantity, deadline });
    if (answer.kind !== 'placed') throw this.problemOf(answer, { name, quantity });
    if (answer.replayed) void reply.header(headerNames.idempotencyReplayed, 'true');
    if (answer.version !== undefined) void reply.header(headerNames.minCatalogSeq, answer.version);
    return { order_number: answer.number };
  }

  private problemOf(answer: Exclude<PlaceOrderAnswer, { kind: 'placed' }>, wish: InternalOrderBody): ProblemError {
    switch (answer.kind) {
      case 'refused':
        return answer.reason === 'unknown_product'
          ? new ProblemError('unknown-product', `There is no product '${wish.name}'.`)
          : new ProblemError('insufficient-stock', `There are fewer than ${wish.quantity} of '${wish.name}' in stock.`);
      case 'key_reused':
        return new ProblemError(
          'key-reused',
          'The Idempotency-Key was used for another order. Use a new key for a new order.',
        );
      case 'not_leader':
        return notLeaderProblem(this.election);
      case 'unavailable':
        return new ProblemError('unavailable', `The order was not placed: ${answer.why}.`, { retryAfterMs });
      case 'overloaded':
        return new ProblemError('overloaded', `The order was not placed: ${answer.why}.`, { retryAfterMs });
      case 'outcome_unknown':
        return new ProblemError('outcome-unknown', `Ask again with the same Idempotency-Key: ${answer.why}.`);
      default:
        return unreachable(answer);
    }
  }
}

function deadlineMsOf(raw: string | undefined): number {
  if (raw === undefined) return deadlineMsDefault;
  const parsed = parseDeadlineMs(raw);
  if (parsed === undefined) {
    throw new ProblemError('bad-request', 'The Deadline-Ms header must be a whole number of milliseconds.');
  }
  return parsed;
}
