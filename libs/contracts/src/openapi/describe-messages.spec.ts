import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiOkResponse, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { OrderAudit } from '../audit/order-audit.js';
import { OrderPlacedAnswer, PlaceOrderBody } from '../orders/place-order.js';
import { ProblemDetails } from '../problem/problem-details.js';
import { ProductList } from '../products/product-view.js';

import { describeMessages } from './describe-messages.js';

@Controller()
class StoreController {
  @Get('products')
  @ApiOkResponse({ type: ProductList })
  products(): object {
    return {};
  }

  @Get('audit')
  @ApiOkResponse({ type: OrderAudit })
  audit(): object {
    return {};
  }

  @Post('orders')
  @ApiOkResponse({ type: OrderPlacedAnswer })
  order(@Body() body: PlaceOrderBody): object {
    return body;
  }
}

@Module({ controllers: [StoreController] })
class StoreModule {}

describe('describeMessages', () => {
  let schemas: NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

  beforeAll(async () => {
    describeMessages();
    const app = await NestFactory.create(StoreModule, new FastifyAdapter(), { logger: false });
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build(), {
      extraModels: [ProblemDetails],
    });
    schemas = document.components?.schemas ?? {};
    await app.close();
  });

  it('describes a body by the rules that it is held to', () => {
    expect(schemas['PlaceOrderBody']).toEqual({
      type: 'object',
      required: ['name', 'quantity'],
      properties: {
        name: {
          type: 'string',
          minLength: 1,
          maxLength: 64,
          description: 'case-sensitive, compared after NFC',
          example: 'tux',
        },
        quantity: { type: 'integer', minimum: 1, maximum: 100_000, description: 'how many', example: 3 },
      },
    });
  });

  it('describes lists and messages within messages', () => {
    expect(schemas['ProductList']).toMatchObject({
      properties: { data: { type: 'array', items: { $ref: '#/components/schemas/ProductView' } } },
    });
    expect(schemas['OrderPlacedAnswer']).toMatchObject({
      properties: { data: { $ref: '#/components/schemas/OrderPlacedView' } },
    });
    expect(schemas).toHaveProperty('ProductView');
  });

  it('describes what may be null and what may be left out', () => {
    expect(schemas['OrderAudit']).toMatchObject({ properties: { leader: { nullable: true } } });
    expect(schemas['ProblemDetails']).toMatchObject({ required: ['type', 'title', 'status', 'detail', 'error'] });
  });
});
