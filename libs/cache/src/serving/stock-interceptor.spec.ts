import 'reflect-metadata';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CACHE_MANAGER,
  CacheInterceptor as StockCacheInterceptor,
  CacheModule,
  type Cache,
} from '@nestjs/cache-manager';
import { Controller, Get, Module, Param, UseInterceptors, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { createGate, type Gate } from '../testing/gate.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { Cached } from './cached.decorator.js';
import { CoherentCache } from './coherent-cache.service.js';
import { versioned } from './loaded.js';

/** The same stock behind both: a read sees value and version of one turn and answers when its gate opens. */
const stock = { quantity: 10, sequence: 0, gates: [] as Gate<void>[], reads: 0 };

async function read() {
  stock.reads += 1;
  const { quantity, sequence } = stock;
  await stock.gates.shift()?.passed;
  return { quantity, sequence };
}

@Controller('products')
@UseInterceptors(StockCacheInterceptor)
class StockController {
  @Get(':name')
  async product(@Param('name') name: string) {
    return { name, quantity: (await read()).quantity };
  }
}

@Controller('products')
@UseInterceptors(CacheInterceptor)
class CoherentController {
  @Get(':name')
  @Cached({ key: ({ name }) => `products/${name}` })
  async product(@Param('name') name: string) {
    const { quantity, sequence } = await read();
    return versioned({ name, quantity }, { epoch: 1, sequence });
  }
}

interface Contestant {
  readonly name: string;
  start(): Promise<NestFastifyApplication>;
  /** What a DELETE of the owner comes down to; when it resolves it has been acknowledged. */
  invalidate(app: NestFastifyApplication): Promise<void>;
}

async function startApp(imports: object[], controller: Type): Promise<NestFastifyApplication> {
  @Module({ imports: imports as Type[], controllers: [controller] })
  class AppModule {}

  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

const nest: Contestant = {
  name: "Nest's CacheInterceptor",
  start: () => startApp([CacheModule.register()], StockController),
  invalidate: async (app) => void (await app.get<Cache>(CACHE_MANAGER).del('/products/tux')),
};

const ours: Contestant = {
  name: 'this CacheInterceptor',
  start: () => startApp([CoherentCacheTestingModule.forRoot()], CoherentController),
  invalidate: async (app) =>
    void app.get(CoherentCache).invalidate('products/tux', { epoch: 1, sequence: stock.sequence }),
};

describe.each([
  { contestant: nest, afterRaceA: 10, callsForACrowd: 20 },
  { contestant: ours, afterRaceA: 9, callsForACrowd: 1 },
])('$contestant.name', ({ contestant, afterRaceA, callsForACrowd }) => {
  let app: NestFastifyApplication;

  beforeEach(async () => {
    Object.assign(stock, { quantity: 10, sequence: 0, gates: [], reads: 0 });
    app = await contestant.start();
  });

  afterEach(() => app.close());

  const quantity = async () => (await app.inject({ url: '/products/tux' })).json<{ quantity: number }>().quantity;
  const readsStarted = async (count: number) => {
    while (stock.reads < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const sell = async () => {
    stock.quantity -= 1;
    stock.sequence += 1;
    await contestant.invalidate(app);
  };

  it(`race A: a load that the sale overtook leaves ${afterRaceA} behind for the next reader, when 9 are left`, async () => {
    const gate = createGate();
    stock.gates = [gate];
    const early = quantity();
    await readsStarted(1);
    await sell();
    gate.open();
    await early;

    expect(await quantity()).toBe(afterRaceA);
  });

  it(`ABA: two loads around the sale, the old one answering last, leave ${afterRaceA} behind`, async () => {
    const [old, young] = [createGate(), createGate()];
    stock.gates = [old, young];
    const early = quantity();
    await readsStarted(1);
    await sell();
    const late = quantity();
    await readsStarted(2);
    young.open();
    await late;
    old.open();
    await early;

    expect(await quantity()).toBe(afterRaceA);
  });

  it(`makes ${callsForACrowd} calls of the handler for 20 concurrent requests`, async () => {
    const gate = createGate();
    stock.gates = Array.from({ length: 20 }, () => gate);
    const crowd = Array.from({ length: 20 }, quantity);
    await readsStarted(callsForACrowd);
    gate.open();
    await Promise.all(crowd);

    expect(stock.reads).toBe(callsForACrowd);
  });
});

describe('sharing one load, as cache-manager does in wrap()', () => {
  beforeEach(() => void Object.assign(stock, { quantity: 10, sequence: 0, gates: [], reads: 0 }));

  const sell = () => {
    stock.quantity -= 1;
    stock.sequence += 1;
  };

  it('race B: gives a reader who arrives after the deletion the load from before it', async () => {
    const app = await nest.start();
    const manager = app.get<Cache>(CACHE_MANAGER);
    const gate = createGate();
    stock.gates = [gate];
    const early = manager.wrap('tux', async () => (await read()).quantity);
    while (stock.reads < 1) await new Promise((resolve) => setImmediate(resolve));
    sell();
    await manager.del('tux');

    const late = manager.wrap('tux', async () => (await read()).quantity);
    gate.open();

    expect([await early, await late]).toEqual([10, 10]);
    await app.close();
  });

  it('race B: is closed here', async () => {
    const app = await ours.start();
    const cache = app.get(CoherentCache);
    const load = async () => {
      const { quantity: value, sequence } = await read();
      return { value, epoch: 1, sequence };
    };
    const gate = createGate();
    stock.gates = [gate];
    const early = cache.fetch('products/tux', load);
    sell();
    await ours.invalidate(app);

    const late = await cache.fetch('products/tux', load);
    gate.open();

    expect(late).toBe(9);
    expect(await early).toBe(9);
    await app.close();
  });
});
