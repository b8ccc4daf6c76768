import { type DynamicModule, Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { FindOrder, type OrderGroup, PlaceOrder } from '@toystore/protocol/frontend';
import { OrderMetrics } from './order-metrics.js';
import { OrdersController } from './orders.controller.js';

export interface OrdersModuleOptions {
  readonly group: OrderGroup;
  /** How long a shopper waits for an answer at most, ms. */
  readonly deadlineMs: number;
  readonly registry: Registry;
}

@Module({})
export class OrdersModule {
  static forRoot({ group, deadlineMs, registry }: OrdersModuleOptions): DynamicModule {
    return {
      module: OrdersModule,
      controllers: [OrdersController],
      providers: [
        { provide: PlaceOrder, useValue: new PlaceOrder(group, { deadlineMs }) },
        { provide: OrderMetrics, useValue: new OrderMetrics(registry) },
        { provide: FindOrder, useValue: new FindOrder(group, { deadlineMs }) },
      ],
    };
  }
}
