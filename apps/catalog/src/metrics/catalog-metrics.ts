import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { StockStateMachine } from '@toystore/protocol/catalog';

export const metricsRegistryToken = Symbol('metrics registry');

/** What an operator wants to see of the stock. Read when it is asked for. */
@Injectable()
export class CatalogMetrics {
  constructor(@Inject(metricsRegistryToken) registry: Registry, { ledger }: StockStateMachine) {
    const registers = [registry];
    new Gauge({
      name: 'toystore_catalog_stock',
      help: 'Units in stock',
      labelNames: ['product'],
      registers,
      collect() {
        for (const { name, current } of ledger.list()) this.set({ product: name }, current);
      },
    });
    new Gauge({
      name: 'toystore_catalog_sold_debits',
      help: 'Debits that were sold',
      registers,
      collect() {
        this.set(ledger.soldDebits);
      },
    });
    new Gauge({
      name: 'toystore_catalog_debits_remembered',
      help: 'Debits whose outcome is kept for a repetition',
      registers,
      collect() {
        this.set(ledger.debitsRemembered);
      },
    });
  }
}
