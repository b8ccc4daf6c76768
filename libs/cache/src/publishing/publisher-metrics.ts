import type { OnApplicationShutdown } from '@nestjs/common';
import { Histogram, register as defaultRegistry, type Registry } from 'prom-client';

import { registerSource } from '../metrics/metric-group.js';

/** What the publisher counts. */
export interface PublisherCounters {
  acknowledged: number;
  retries: number;
  voided: number;
  renewalsRefused: number;
  /** The longest wait since the start, ms; and the longest without what of it this process did not run. */
  waitMsMax: number;
  runningWaitMsMax: number;
  /** The sum of all waits without what this process did not run, ms. */
  runningWaitMsTotal: number;
  observeWait(wait: { readonly waitedMs: number; readonly stalledMs: number }): void;
}

const waitHistogram = 'cache_publisher_ack_wait_seconds';

export function createPublisherCounters(metrics: Registry | false | undefined): PublisherCounters {
  const histogram = metrics === false ? undefined : waitHistogramOf(metrics ?? defaultRegistry);
  return {
    acknowledged: 0,
    retries: 0,
    voided: 0,
    renewalsRefused: 0,
    waitMsMax: 0,
    runningWaitMsMax: 0,
    runningWaitMsTotal: 0,
    observeWait({ waitedMs, stalledMs }) {
      histogram?.observe(waitedMs / 1000);
      this.waitMsMax = Math.max(this.waitMsMax, waitedMs);
      this.runningWaitMsMax = Math.max(this.runningWaitMsMax, waitedMs - stalledMs);
      this.runningWaitMsTotal += waitedMs - stalledMs;
    },
  };
}

function waitHistogramOf(registry: Registry): Histogram {
  const existing = registry.getSingleMetric(waitHistogram);
  if (existing instanceof Histogram) return existing;
  return new Histogram({
    name: waitHistogram,
    help: 'Between the commit of a mutation and the last acknowledgement or lease end',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
    registers: [registry],
  });
}

type Readings = () => { readonly subscribers: number; readonly mutationsWaiting: number };

/** Registers when the module is made, and takes its series away when the application ends. */
export class PublisherMetrics implements OnApplicationShutdown {
  private readonly removals: readonly (() => void)[];

  constructor(metrics: Registry | false | undefined, counters: PublisherCounters, readings: Readings) {
    const add = (name: string, help: string, kind: 'counter' | 'gauge', read: () => number) =>
      registerSource(metrics === false ? undefined : metrics, { name, help, kind, labelNames: [] }, () => [
        { labels: {}, value: read() },
      ]);
    this.removals =
      metrics === false
        ? []
        : [
            add(
              'cache_publisher_acknowledged_total',
              'Invalidations that subscribers acknowledged',
              'counter',
              () => counters.acknowledged,
            ),
            add(
              'cache_publisher_retries_total',
              'Invalidations that had to be sent again',
              'counter',
              () => counters.retries,
            ),
            add(
              'cache_publisher_sessions_voided_total',
              'Heartbeats of sessions that are not known (any more)',
              'counter',
              () => counters.voided,
            ),
            add(
              'cache_publisher_renewals_refused_total',
              'Heartbeats that got no lease because of an outstanding invalidation',
              'counter',
              () => counters.renewalsRefused,
            ),
            add('cache_publisher_subscribers', 'Subscribed sessions', 'gauge', () => readings().subscribers),
            add(
              'cache_publisher_ack_wait_seconds_max',
              'The longest of these waits since the start',
              'gauge',
              () => counters.waitMsMax / 1000,
            ),
            add(
              'cache_publisher_ack_wait_running_seconds_max',
              'The longest of them without the time in which this process did not run',
              'gauge',
              () => counters.runningWaitMsMax / 1000,
            ),
            add(
              'cache_publisher_ack_wait_running_seconds_total',
              'All waits together without the time in which this process did not run',
              'counter',
              () => counters.runningWaitMsTotal / 1000,
            ),
            add(
              'cache_publisher_mutations_waiting',
              'Mutations that wait for acknowledgements',
              'gauge',
              () => readings().mutationsWaiting,
            ),
          ];
  }

  onApplicationShutdown(): void {
    for (const remove of this.removals) remove();
  }
}
