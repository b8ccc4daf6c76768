import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  headerNames,
  OrderAnswer,
  OrderPlacedAnswer,
  parseIdempotencyKey,
  parseOrderNumber,
  PlaceOrderBody,
  unreachable,
} from '@toystore/contracts';
import { annotateRequest, ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.decorator.js';
import { FindOrder, PlaceOrder } from '@toystore/protocol/frontend';
import { OrderMetrics } from './order-metrics.js';
import { orderProblem, retryAfterMsDefault } from './order-problems.js';

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  readonly #placeOrder: PlaceOrder;
  readonly #findOrder: FindOrder;
  readonly #metrics: OrderMetrics;

  constructor(placeOrder: PlaceOrder, findOrder: FindOrder, metrics: OrderMetrics) {
    this.#placeOrder = placeOrder;
    this.#findOrder = findOrder;
    this.#metrics = metrics;
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Place an order',
    description:
      'Answers once the order is durable on a majority of the replicas. With the same `Idempotency-Key` it may be sent again at any time: it is placed once at most, and the answer is the first one. 503 means that nothing was placed; 504 that it may have been.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '1–255 visible ASCII characters; made and echoed when it is missing',
  })
  @ApiOkResponse({
    type: OrderPlacedAnswer,
    headers: {
      'Idempotency-Key': { schema: { type: 'string' } },
      'Min-Catalog-Seq': {
        schema: { type: 'string' },
        description: 'To send along with a read that must show the order',
      },
    },
  })
  @ApiProblems(
    'validation-failed',
    'malformed-json',
    'invalid-idempotency-key',
    'insufficient-stock',
    'unknown-product',
    'payload-too-large',
    'unsupported-media-type',
    'key-reused',
    'overloaded',
    'bad-gateway',
    'no-leader',
    'unavailable',
    'outcome-unknown',
  )
  async place(
    @Body() { name, quantity }: PlaceOrderBody,
    @Headers(headerNames.idempotencyKey) rawKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderPlacedAnswer> {
    const key = rawKey === undefined ? randomUUID() : parseIdempotencyKey(rawKey);
    if (key === undefined)
      throw new ProblemError(
        'invalid-idempotency-key',
        'An Idempotency-Key must be 1–255 visible ASCII characters, sent once.',
      );
    const startedAt = performance.now();
    const settled = await this.#placeOrder.execute({ name, quantity, key });
    this.#metrics.record(settled, performance.now() - startedAt);
    const { outcome, attempts, leader } = settled;
    annotateRequest(request, { outcome: outcome.kind, leader: leader?.id, term: leader?.term, attempts });
    if (outcome.kind !== 'placed') throw orderProblem(outcome, { headers: { [headerNames.idempotencyKey]: key } });
    void reply.header(headerNames.idempotencyKey, key);
    if (outcome.replayed) void reply.header(headerNames.idempotencyReplayed, 'true');
    if (outcome.version !== undefined) void reply.header(headerNames.minCatalogSeq, outcome.version);
    return { data: { order_number: outcome.orderNumber } };
  }

  @Get(':number')
  @ApiOperation({ summary: 'One order', description: 'Every acknowledged order is found.' })
  @ApiParam({ name: 'number', example: 0 })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiProblems('order-not-found', 'overloaded', 'bad-gateway', 'no-leader')
  async find(@Param('number') rawNumber: string, @Req() request: FastifyRequest): Promise<OrderAnswer> {
    const number = parseOrderNumber(rawNumber);
    if (number === undefined) throw new ProblemError('order-not-found', 'Order numbers are 0, 1, 2, …');
    const { found, attempts, leader } = await this.#findOrder.execute(number);
    annotateRequest(request, { leader: leader?.id, term: leader?.term, attempts });
    switch (found.kind) {
      case 'order':
        return { data: found.order };
      case 'absent':
        throw new ProblemError('order-not-found', `There is no order ${number}.`);
      case 'overloaded':
        throw new ProblemError('overloaded', 'Too many requests are waiting here. Try again.', {
          retryAfterMs: retryAfterMsDefault,
        });
      case 'no_leader':
        throw new ProblemError('no-leader', 'No leader could be reached in time. Try again.', {
          retryAfterMs: retryAfterMsDefault,
        });
      default:
        return unreachable(found);
    }
  }
}
