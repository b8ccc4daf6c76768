import type { OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import { leaseInForce, remainingMs, type Lease } from '../core/lease.js';
import type { CacheCounters } from '../serving/cache-counters.js';
import type { CacheRuntime } from '../serving/cache-runtime.js';
import { invalidationOutcomes, invalidationSources } from '../serving/invalidation-tally.js';
import { registerSource, type MetricDefinition } from './metric-group.js';

const requestResults = {
  hit: 'hits',
  negative_hit: 'negativeHits',
  stale_hit: 'staleHits',
  stale_on_error: 'staleOnError',
  miss: 'misses',
  collapsed: 'collapsed',
  pass: 'passes',
  bypass: 'bypasses',
  refused: 'refused',
  error: 'loadErrors',
} as const satisfies Record<string, keyof CacheCounters>;

/** What emptied the cache: its first registration, a new life of the owner, a session that was lost, `clear`. */
const flushReasons = {
  start: 'flushesAtStart',
  epoch: 'flushesForEpoch',
  session: 'flushesForSession',
  cleared: 'flushesByHand',
} as const satisfies Record<string, keyof CacheCounters>;

const plainCounters: readonly (readonly [name: string, counter: keyof CacheCounters, help: string])[] = [
  ['cache_evictions_total', 'evictions', 'Entries that left for a more recently used one'],
  [
    'cache_stale_fills_prevented_total',
    'staleFillsPrevented',
    'Loads whose value was not stored because it may be from before an invalidation',
  ],
  [
    'cache_late_joins_prevented_total',
    'lateJoinsPrevented',
    'Requests that started a load of their own because the one under way was from before an invalidation',
  ],
  ['cache_overtaken_total', 'overtaken', 'Loads that were overtaken by invalidations every time they were repeated'],
  [
    'cache_owner_regressions_total',
    'regressions',
    'Loads that brought less than the owner had acknowledged before they started: it invalidates before it commits',
  ],
  ['cache_below_minimum_total', 'belowMinimum', 'Requests that had seen something newer than what was held'],
  ['cache_session_voids_total', 'sessionVoids', 'Sessions that the owner of the data did not know any more'],
  ['cache_heartbeats_failed_total', 'heartbeatsFailed', 'Registrations and heartbeats without a usable answer'],
];

const invalidationsMetric: MetricDefinition = {
  name: 'cache_invalidations_total',
  help: 'Invalidations by how they came and what they did',
  kind: 'counter',
  labelNames: ['cache', 'source', 'outcome'],
};

/** Returns how to take the metrics of this cache away again. */
function registerCacheMetrics(runtime: CacheRuntime): () => void {
  const { metrics, name } = runtime.config;
  if (metrics === false) return () => undefined;
  const removals = [
    ...labelled(metrics, runtime, 'cache_requests_total', 'Requests by how they were served', 'result', requestResults),
    registerSource(metrics, invalidationsMetric, () =>
      invalidationSources.flatMap((source) =>
        invalidationOutcomes.map((outcome) => ({
          labels: { cache: name, source, outcome },
          value: runtime.invalidations.of(source, outcome),
        })),
      ),
    ),
    ...labelled(metrics, runtime, 'cache_flushes_total', 'Times the cache was emptied', 'reason', flushReasons),
    ...plainCounters.map(([metric, counter, help]) =>
      registerSource(metrics, { name: metric, help, kind: 'counter', labelNames: ['cache'] }, () => [
        { labels: { cache: name }, value: runtime.counters[counter] },
      ]),
    ),
    ...gauges(metrics, runtime),
  ];
  return () => removals.forEach((remove) => remove());
}

function labelled(
  registry: Registry | undefined,
  runtime: CacheRuntime,
  name: string,
  help: string,
  label: string,
  counters: Readonly<Record<string, keyof CacheCounters>>,
): (() => void)[] {
  const definition: MetricDefinition = { name, help, kind: 'counter', labelNames: ['cache', label] };
  const samples = () =>
    Object.entries(counters).map(([value, counter]) => ({
      labels: { cache: runtime.config.name, [label]: value },
      value: runtime.counters[counter],
    }));
  return [registerSource(registry, definition, samples)];
}

function gauges(registry: Registry | undefined, { config, state, scheduler }: CacheRuntime): (() => void)[] {
  const readings: readonly (readonly [name: string, help: string, read: () => number])[] = [
    ['cache_entries', 'Entries held', () => state.values.size],
    ['cache_negative_entries', 'Absences held', () => state.absences.size],
    ['cache_private_entries', 'Entries of private routes held', () => state.privates.size],
    ['cache_floors', 'Invalidations remembered key by key', () => state.floors.byKey.size],
    ['cache_fills_in_flight', 'Loads under way, also those given up that still run', () => state.fillsInFlight],
    [
      'cache_lease_remaining_seconds',
      'How long the cache may still serve without hearing from the owner',
      () => remainingMs(state.lease, scheduler.now()) / 1000,
    ],
  ];
  const removeState = registerSource(
    registry,
    {
      name: 'cache_lease_state',
      help: '1 for the state that the lease is in',
      kind: 'gauge',
      labelNames: ['cache', 'state'],
    },
    () => {
      const current = leaseState(state.lease, scheduler.now());
      return leaseStates.map((each) => ({
        labels: { cache: config.name, state: each },
        value: each === current ? 1 : 0,
      }));
    },
  );
  const removals = readings.map(([name, help, read]) =>
    registerSource(registry, { name, help, kind: 'gauge', labelNames: ['cache'] }, () => [
      { labels: { cache: config.name }, value: read() },
    ]),
  );
  return [removeState, ...removals];
}

/** `in_force`: the cache serves. `expired`: the owner knows it, but has not been heard of in time. `asked`: it is registering. */
const leaseStates = ['in_force', 'expired', 'asked', 'none'] as const;

function leaseState(lease: Lease, now: number): (typeof leaseStates)[number] {
  if (lease.kind !== 'held') return lease.kind;
  return leaseInForce(lease, now) ? 'in_force' : 'expired';
}

/** Registers when the module is made, and takes its series away when the application ends. */
export class CacheMetrics implements OnApplicationShutdown {
  private readonly remove: () => void;

  constructor(runtime: CacheRuntime) {
    this.remove = registerCacheMetrics(runtime);
  }

  onApplicationShutdown(): void {
    this.remove();
  }
}
