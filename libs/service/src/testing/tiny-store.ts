import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  Param,
  Post,
  Req,
} from '@nestjs/common';
import { PlaceOrderBody, parseProductName } from '@toystore/contracts';
import type { FastifyRequest } from 'fastify';

import { ProblemError } from '../problem/problem-error.js';

/** What the tiny store's requests changed. */
export const tinyState = { orders: 0, deletions: 0, bytes: 0 };

const products = new Map([['tux', { name: 'tux', price: 25.99, quantity: 100 }]]);

@Controller()
class PublicController {
  @Get('products/:name')
  product(@Param('name') raw: string): object {
    const name = parseProductName(raw);
    const product = name === undefined ? undefined : products.get(name);
    if (product === undefined) throw new ProblemError('unknown-product', 'There is no such product.');
    return { data: product };
  }

  @Post('orders')
  @HttpCode(200)
  order(@Body() body: PlaceOrderBody): object {
    tinyState.orders += 1;
    return { data: { order_number: tinyState.orders - 1, name: body.name } };
  }

  @Get('failure')
  failure(): never {
    throw new Error('the password is hunter2');
  }
}

/** A public app in the manner of the frontend. */
@Module({ controllers: [PublicController] })
export class TinyPublicModule {}

@Controller()
class InternalController {
  @Delete('cache/:collection/:key')
  @HttpCode(204)
  invalidate(): void {
    tinyState.deletions += 1;
  }

  @Post('raft/:group/messages')
  @HttpCode(204)
  messages(@Req() request: FastifyRequest): void {
    tinyState.bytes += (request.body as Buffer).length;
  }
}

/** An internal app in the manner of an order replica. */
@Module({ controllers: [InternalController] })
export class TinyInternalModule {}

/** The port that an app listens on. */
export function portOf(app: INestApplication): number {
  const address = (app.getHttpServer() as { address(): { port: number } | string | null }).address();
  if (typeof address !== 'object' || address === null) throw new Error('The app does not listen on a port.');
  return address.port;
}
