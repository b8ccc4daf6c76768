import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import { StockStateMachine } from '@toystore/protocol/catalog';

export const metricsRegistryToken = Symbol('metrics registry');

/** What an operator wants to see of the stock, read when it is asked for, and how often a deposed leader was refused. */
@Injectable()
export class CatalogMetrics {
  private readonly fencedBatches: Counter;

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
    this.fencedBatches = new Counter({
      name: 'toystore_catalog_fenced_batches_total',
      help: 'Batches of debits that were refused because a leader of a later term had sent some',
      registers,
    });
  }

  batchFenced(): void {
    this.fencedBatches.inc();
  }
}
