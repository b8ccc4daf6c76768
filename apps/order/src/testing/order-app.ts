import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LeaderTestingModule } from '@quorumkit/leader/testing';
import { createJsonLogger, createServiceApp } from '@toystore/service';
import { Registry } from 'prom-client';
import { type AdmissionOptions, admissionOptionsDefault, debitOptionsDefault, Office } from '@toystore/protocol/order';
import { OrderModule } from '../order.module.js';
import { type FakeCatalog, until } from '@toystore/protocol/testing';

/** A replica that leads a group of one, over a log in memory and a catalog in the test's hands. */
export class OrderApp {
  private constructor(
    readonly app: NestFastifyApplication,
    private readonly folder: string,
  ) {}

  static async start(catalog: FakeCatalog, admission: Partial<AdmissionOptions> = {}): Promise<OrderApp> {
    const folder = await mkdtemp(join(tmpdir(), 'order-app-'));
    const module = OrderAppModule.forRoot(catalog, { folder, admission: { ...admissionOptionsDefault, ...admission } });
    const logger = createJsonLogger({ level: 'silent', worker: 'test' });
    const app = await createServiceApp(module, { kind: 'internal', auth: 'none', logger });
    await app.init();
    const office = app.get(Office);
    await until(() => office.isHeld, 'the replica holds office');
    return new OrderApp(app, folder);
  }

  get ordersCsvPath(): string {
    return join(this.folder, 'orders.csv');
  }

  async place(body: unknown, headers: Record<string, string> = {}) {
    const {
      statusCode,
      json,
      headers: answered,
    } = await this.app.inject({
      method: 'POST',
      url: '/orders',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k', ...headers },
      payload: JSON.stringify(body),
    });
    return { status: statusCode, body: json<Record<string, unknown>>(), headers: answered };
  }

  async get(url: string) {
    const { statusCode, json } = await this.app.inject({ method: 'GET', url });
    return { status: statusCode, body: json<Record<string, unknown>>() };
  }

  async stop(): Promise<void> {
    await this.app.close();
    await rm(this.folder, { recursive: true });
  }
}

@Module({})
class OrderAppModule {
  static forRoot(
    catalog: FakeCatalog,
    { folder, admission }: { folder: string; admission: AdmissionOptions },
  ): DynamicModule {
    return {
      module: OrderAppModule,
      imports: [
        LeaderTestingModule.forGroups({ groups: ['orders'] }),
        OrderModule.forRoot({
          catalog: catalog.transport,
          ordersCsvPath: join(folder, 'orders.csv'),
          debits: { ...debitOptionsDefault, retry: { firstMs: 1, maxMs: 5 } },
          admission,
          metrics: new Registry(),
        }),
      ],
    };
  }
}
