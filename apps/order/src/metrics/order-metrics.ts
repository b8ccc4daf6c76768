import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { CatalogReachability } from '../debits/catalog-reachability.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import { SettlementWaiters } from '../settlement/settlement-waiters.js';

export const metricsRegistryToken = Symbol('metrics registry');

/** What an operator wants to see of a replica beside what its group reports of itself. Read when it is asked for. */
@Injectable()
export class OrderMetrics {
  constructor(
    @Inject(metricsRegistryToken) registry: Registry,
    { ledger }: OrderStateMachine,
    waiters: SettlementWaiters,
    reachability: CatalogReachability,
  ) {
    const show = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name: `toystore_order_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    };
    show('placed_orders', 'Orders in the applied state', () => ledger.orderCount);
    show('open_intents', 'Orders that have no outcome yet', () => ledger.openCount);
    show('requests_waiting', 'Requests that wait for the outcome of their order', () => waiters.count);
    show('catalog_reachable', '1 unless this leader believes the catalog to be unreachable', () =>
      reachability.isReachable ? 1 : 0,
    );
  }
}
