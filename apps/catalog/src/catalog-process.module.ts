import { type DynamicModule, Module } from '@nestjs/common';
import { type CallAuthenticator, CachePublisherModule } from '@quorumkit/cache';
import { LeaderModule } from '@quorumkit/leader';
import { HealthModule, MetricsModule, type Readiness } from '@toystore/service';
import { register } from 'prom-client';
import type { CatalogConfig } from './catalog-config.js';
import { CatalogModule } from './catalog.module.js';
import type { FaultMode } from './faults/fault-mode.js';

export interface CatalogProcessOptions {
  readonly config: CatalogConfig;
  /** Signs what the catalog sends; incoming calls are verified by the application's guard. */
  readonly auth: CallAuthenticator;
  readonly readiness: Readiness;
  /** Only where the process was started with fault injection. */
  readonly faults?: FaultMode | undefined;
}

/** Everything that the catalog's process runs: a group of one voter, so that stock has a log, recovery and snapshots. */
@Module({})
export class CatalogProcessModule {
  static forRoot({ config, auth, readiness, faults }: CatalogProcessOptions): DynamicModule {
    const {
      nodeId,
      host,
      port,
      dataDir,
      leaseMs,
      invalidationMode: mode,
      toysCsvPath,
      catalogCsvPath,
      restockIntervalMs,
      restockLevel,
    } = config;
    const members = [{ id: nodeId, url: `http://${host}:${port}`, priority: 1 }];
    return {
      module: CatalogProcessModule,
      imports: [
        LeaderModule.forRoot({
          isGlobal: true,
          groups: [{ name: 'catalog', nodeId, members, dataDir, auth, ...(faults && { decorate: faults.decorate }) }],
        }),
        CachePublisherModule.forRoot({ isGlobal: true, leaseMs, mode, auth }),
        CatalogModule.forRoot({
          opening: { toysCsvPath },
          restock: { intervalMs: restockIntervalMs, level: restockLevel },
          catalogCsvPath,
          metrics: register,
        }),
        HealthModule.forRoot(readiness),
        MetricsModule.forRoot(),
        ...(faults === undefined ? [] : [faults.module]),
      ],
    };
  }
}
