import { type DynamicModule, Module } from '@nestjs/common';
import { collectDefaultMetrics, register, type Registry } from 'prom-client';

import { METRICS_REGISTRY, MetricsController } from './metrics.controller.js';

const withDefaults = new WeakSet<Registry>();

/** Mounts `/metrics`; exports the registry under `METRICS_REGISTRY`. */
@Module({})
export class MetricsModule {
  /** `registry` defaults to prom-client's own; process metrics (memory, event loop, GC) are added to it once. */
  static forRoot(options: { registry?: Registry } = {}): DynamicModule {
    const registry = options.registry ?? register;
    if (!withDefaults.has(registry)) {
      withDefaults.add(registry);
      collectDefaultMetrics({ register: registry });
    }
    return {
      module: MetricsModule,
      controllers: [MetricsController],
      providers: [{ provide: METRICS_REGISTRY, useValue: registry }],
      exports: [METRICS_REGISTRY],
    };
  }
}
