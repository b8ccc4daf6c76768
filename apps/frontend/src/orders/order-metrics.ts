import { Counter, Histogram, type Registry } from 'prom-client';
import type { SettledRequest } from '@toystore/protocol/frontend';

/** Bounds in seconds: from an order on an idle store to one that waits out its deadline. */
const secondsBounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Orders as shoppers met them: how they ended, how long that took, and how often it took another attempt. */
export class OrderMetrics {
  readonly #seconds: Histogram<'outcome'>;
  readonly #repetitions: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#seconds = new Histogram({
      name: 'toystore_frontend_order_seconds',
      help: 'From an order to its answer, by how it ended; its count is the number of orders',
      labelNames: ['outcome'],
      buckets: secondsBounds,
      registers,
    });
    this.#repetitions = new Counter({
      name: 'toystore_frontend_order_repetitions_total',
      help: 'Attempts beyond the first, under the same key',
      registers,
    });
  }

  record({ outcome, attempts }: SettledRequest, durationMs: number): void {
    this.#seconds.observe({ outcome: outcome.kind }, durationMs / 1000);
    if (attempts > 1) this.#repetitions.inc(attempts - 1);
  }
}
