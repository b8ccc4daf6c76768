import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { MemberReport } from '@quorumkit/leader';
import type { StockListResult, StockResult } from '@toystore/contracts';
import { createJsonLogger, createServiceApp, Readiness } from '@toystore/service';
import { Registry } from 'prom-client';
import { BehaviorSubject } from 'rxjs';
import { ApiDocument } from '../docs/api-document.js';
import type { OrderGroup } from '@toystore/protocol/frontend';
import { CatalogReader } from '../products/catalog-reader.js';
import { PublicModule } from '../public.module.js';
import { Page } from '../static-files/page.js';
import { staticFile } from '../static-files/static-file.js';
import { ScriptedOrderGroup } from '@toystore/protocol/testing';

/** The catalog in memory: products in order, one version for all. */
export class MemoryCatalog {
  readonly #products = new Map<string, { priceCents: number; quantity: number }>();
  readonly epoch = 1;
  sequence = 0;
  /** Set to make every question fail with it. */
  failure: Error | undefined;
  /** Questions so far. */
  questions = 0;

  set(name: string, stock: { priceCents: number; quantity: number }): this {
    this.#products.set(name, stock);
    this.sequence += 1;
    return this;
  }

  async getProduct(name: string): Promise<StockResult> {
    this.questions += 1;
    if (this.failure) throw this.failure;
    const { epoch, sequence } = this;
    const stock = this.#products.get(name);
    return stock ? { kind: 'stock', stock: { name, ...stock, epoch, sequence } } : { kind: 'absent', epoch, sequence };
  }

  async listProducts(): Promise<StockListResult> {
    this.questions += 1;
    if (this.failure) throw this.failure;
    const { epoch, sequence } = this;
    return {
      kind: 'stock_list',
      list: { products: [...this.#products].map(([name, stock]) => ({ name, ...stock })), epoch, sequence },
    };
  }
}

function page(title: string): Page {
  const text = (body: string, contentType: string) => staticFile(Buffer.from(body), `${contentType}; charset=utf-8`);
  return new Page(
    new Map([
      ['index.html', text(`<!doctype html><title>${title}</title>`, 'text/html')],
      ['main.js', text('export {};', 'text/javascript')],
    ]),
  );
}

/** The whole public application over fake ports, not listening; ask it with `inject`. */
export async function publicApp({
  catalog = new MemoryCatalog(),
  group = new ScriptedOrderGroup({}),
  members = [],
  hasLabPage = true,
}: {
  catalog?: MemoryCatalog;
  group?: OrderGroup;
  /** What the order replicas say when they are asked for the lab page. */
  members?: readonly MemberReport[];
  hasLabPage?: boolean;
} = {}): Promise<NestFastifyApplication> {
  const logger = createJsonLogger({ level: 'silent', worker: 'test' });
  const directory = {
    start: () => undefined,
    close: async () => undefined,
    leader$: () => new BehaviorSubject(undefined),
    checkLeader: async () => undefined,
  };
  const application = await createServiceApp(
    PublicModule.forRoot({
      products: {
        catalog: new CatalogReader(catalog, { deadlineMs: 900 }),
        cache: {
          name: 'frontend',
          subscriberId: 'frontend-test',
          origin: { url: 'http://127.0.0.1:9', receiver: 'catalog' },
          callbackUrl: 'http://127.0.0.1:9',
          auth: 'none',
          autoStart: false,
          metrics: false,
        },
      },
      orders: { group, deadlineMs: 1000 },
      nomination: { directory, logger, heartbeatIntervalMs: 3000 },
      storefront: page('Toy Store'),
      labPage: hasLabPage
        ? {
            page: page('The lab page'),
            frontend: 'frontend-test',
            orders: { survey: async () => members, current: () => undefined },
            catalog: { survey: async () => [] },
          }
        : undefined,
      readiness: new Readiness(),
      registry: new Registry(),
    }),
    { kind: 'public', logger },
  );
  application.get(ApiDocument).describe(application);
  await application.init();
  await application.getHttpAdapter().getInstance().ready();
  return application;
}
