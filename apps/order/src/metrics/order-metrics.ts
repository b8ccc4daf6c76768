import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { CatalogReachability, OrderStateMachine, SettlementWaiters } from '@toystore/protocol/order';

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
