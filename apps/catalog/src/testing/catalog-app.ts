import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CachePublisherModule } from '@quorumkit/cache';
import { LeaderModule } from '@quorumkit/leader';
import { InMemoryNetwork, MemoryLogStore } from '@quorumkit/leader/testing';
import { SystemClock } from '@quorumkit/leader';
import { CatalogOpening } from '@toystore/protocol/catalog';
import { createJsonLogger, createServiceApp } from '@toystore/service';
import { Registry } from 'prom-client';
import { CatalogModule } from '../catalog.module.js';
import { metricsRegistryToken } from '../metrics/catalog-metrics.js';

export interface CatalogAppOptions {
  /** What survives from one start to the next. */
  readonly store: MemoryLogStore;
  readonly folder: string;
  readonly leaseMs?: number;
}

/** The catalog as it runs, over a log in memory; it can be stopped and started again on the same log. */
export class CatalogApp {
  private constructor(readonly app: NestFastifyApplication) {}

  /** Resolves when the catalog is open; rejects when it cannot open. */
  static async start(options: CatalogAppOptions): Promise<CatalogApp> {
    const logger = createJsonLogger({ level: 'silent', worker: 'test' });
    const app = await createServiceApp(CatalogAppModule.forRoot(options), { kind: 'internal', auth: 'none', logger });
    await app.init();
    try {
      await app.get(CatalogOpening).opened;
    } catch (error) {
      await app.close();
      throw error;
    }
    return new CatalogApp(app);
  }

  async get(url: string) {
    const { statusCode, json } = await this.app.inject({ method: 'GET', url });
    return { status: statusCode, body: json<Record<string, unknown>>() };
  }

  async debit(debits: readonly object[], { term = 1, settledThrough = 0 } = {}) {
    return this.post({ term, settledThrough, debits });
  }

  async post(body: object) {
    const headers = { 'content-type': 'application/json' };
    const {
      statusCode,
      json,
      headers: answered,
    } = await this.app.inject({
      method: 'POST',
      url: '/debits',
      headers,
      payload: JSON.stringify(body),
    });
    return { status: statusCode, body: json<Record<string, unknown>>(), version: answered['min-catalog-seq'] };
  }

  /** How many of a product are there. */
  async quantityOf(name: string): Promise<unknown> {
    return (await this.get(`/products/${name}`)).body['quantity'];
  }

  /** What a metric without labels shows. */
  async metricOf(name: string): Promise<number | undefined> {
    const metric = await this.app.get<Registry>(metricsRegistryToken, { strict: false }).getSingleMetric(name)?.get();
    return metric?.values[0]?.value;
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

@Module({})
class CatalogAppModule {
  static forRoot({ store, folder, leaseMs = 100 }: CatalogAppOptions): DynamicModule {
    const clock = new SystemClock();
    return {
      module: CatalogAppModule,
      imports: [
        LeaderModule.forRoot({
          isGlobal: true,
          metrics: false,
          takeOffice: 'bootstrap',
          groups: [
            {
              name: 'catalog',
              nodeId: 'catalog',
              members: [{ id: 'catalog', url: 'http://catalog.invalid', priority: 1 }],
              dataDir: 'memory',
              auth: 'none',
              clock,
              logStore: store,
              transport: new InMemoryNetwork(clock).transport('catalog'),
            },
          ],
        }),
        CachePublisherModule.forRoot({ isGlobal: true, leaseMs, auth: 'none', metrics: false }),
        CatalogModule.forRoot({
          opening: { toysCsvPath: join(folder, 'toys.csv') },
          // Rounds are called by the tests.
          restock: { intervalMs: 3_600_000, level: 100 },
          catalogCsvPath: join(folder, 'catalog.csv'),
          metrics: new Registry(),
        }),
      ],
    };
  }
}
