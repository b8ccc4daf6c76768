import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpAdapterHost } from '@nestjs/core';
import { Logger } from '@nestjs/common';

import type { IncomingRequest } from './calls/call-auth.guard.js';
import type { HttpAnswer, HttpCall, HttpCaller } from './calls/http-caller.js';
import type { Scheduler } from './calls/scheduler.js';
import { InvalidationController } from './invalidation/invalidation.controller.js';
import { LeaseKeeper } from './lease/lease-keeper.js';
import { CacheProblem } from './problem/problem.js';
import { CachePublisher } from './publishing/cache-publisher.js';
import { parsePublisherOptions } from './publishing/parse-publisher-options.js';
import { createPublisherCounters } from './publishing/publisher-metrics.js';
import { SubscriberCalls } from './publishing/subscriber-calls.js';
import { SubscribersController } from './publishing/subscribers.controller.js';
import { parseCacheOptions } from './serving/parse-cache-options.js';
import { createRuntime } from './serving/cache-runtime.js';
import { CoherentCache } from './serving/coherent-cache.service.js';
import { ManualScheduler, settled } from './testing/manual-scheduler.js';

Logger.overrideLogger(false);

/** One direction of calls between two processes, and the way back of the answers. */
class Link implements HttpCaller {
  requests: 'arrive' | 'lost' = 'arrive';
  answers: 'arrive' | 'lost' = 'arrive';
  readonly arrived: string[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly serve: (call: HttpCall) => HttpAnswer,
  ) {}

  async call(call: HttpCall): Promise<HttpAnswer> {
    await Promise.resolve();
    if (this.requests === 'lost') return this.timeOut(call);
    this.arrived.push(`${call.method} ${call.path}`);
    const answer = this.serve(JSON.parse(JSON.stringify(call)) as HttpCall);
    return this.answers === 'lost' ? this.timeOut(call) : answer;
  }

  async close(): Promise<void> {}

  private timeOut({ timeoutMs }: HttpCall): Promise<never> {
    return new Promise((_resolve, reject) => this.scheduler.after(timeoutMs, () => reject(new Error('timed out'))));
  }
}

/** What Nest does between socket and controller, as far as these controllers need it. */
function route(call: HttpCall, handle: (request: IncomingRequest, response: Map<string, string>) => unknown, status: number): HttpAnswer {
  const url = new URL(call.path, 'http://x');
  const response = new Map<string, string>();
  const [, , second = '', third = ''] = url.pathname.split('/').map(decodeURIComponent);
  const request: IncomingRequest = {
    method: call.method,
    url: call.path,
    headers: call.headers ?? {},
    params: { id: second, collection: second, name: third },
    query: Object.fromEntries(url.searchParams),
    body: call.body,
  };
  try {
    const body = handle(request, response);
    return { status, headers: Object.fromEntries(response), body: Buffer.from(JSON.stringify(body) ?? '') };
  } catch (error) {
    if (error instanceof CacheProblem) return { status: error.getStatus(), headers: {}, body: Buffer.from(JSON.stringify(error.getResponse())) };
    throw error;
  }
}

const headersInto = { httpAdapter: { setHeader: (response: Map<string, string>, name: string, value: string) => response.set(name, value) } };

class OwnerProcess {
  readonly publisher: CachePublisher;
  readonly controller: SubscribersController;
  sequence = 0;
  quantity = 10;
  reads = 0;

  constructor(
    scheduler: Scheduler,
    readonly epoch: number,
    linkTo: () => Link,
  ) {
    const config = parsePublisherOptions({ auth: 'none', leaseMs: 2_000, heartbeatMs: 500, renewGuardMs: 250, metrics: false });
    this.publisher = new CachePublisher({ config, scheduler, calls: new SubscriberCalls(linkTo, config.deliveryTimeoutMs), counters: createPublisherCounters(false) });
    this.controller = new SubscribersController(this.publisher, config);
  }

  serve(call: HttpCall): HttpAnswer {
    if (call.method === 'POST') return route(call, (request) => this.controller.subscribe(request), 201);
    if (call.method === 'PUT') return route(call, (request) => this.controller.heartbeat(request), 200);
    return route(call, (request) => this.controller.unsubscribe(request), 204);
  }

  sell(): Promise<{ waitedMs: number }> {
    return this.publisher.mutate('products/tux', () => {
      this.sequence += 1;
      this.quantity -= 1;
      return { sequence: this.sequence, result: undefined };
    });
  }

  read = async () => {
    this.reads += 1;
    return { value: this.quantity, epoch: this.epoch, sequence: this.sequence };
  };
}

class FrontendProcess {
  readonly cache: CoherentCache;
  readonly keeper: LeaseKeeper;
  private readonly controller: InvalidationController;

  constructor(scheduler: Scheduler, linkToOwner: (cache: CoherentCache) => Link) {
    const config = parseCacheOptions({
      subscriberId: 'frontend-1',
      origin: { url: 'http://127.0.0.1:1', receiver: 'catalog' },
      callbackUrl: 'http://127.0.0.1:2',
      auth: 'none',
      metrics: false,
    });
    this.cache = new CoherentCache(createRuntime(config, scheduler));
    this.controller = new InvalidationController(this.cache, headersInto as unknown as HttpAdapterHost);
    this.keeper = new LeaseKeeper(this.cache.runtime, linkToOwner(this.cache));
  }

  serve(call: HttpCall): HttpAnswer {
    return route(call, (request, response) => this.controller.invalidateKey(request, response), 204);
  }
}

describe('owner and frontend over links that can be cut', () => {
  let ownerTime: ManualScheduler;
  let frontendTime: ManualScheduler;
  let owner: OwnerProcess;
  let frontend: FrontendProcess;
  let toOwner: Link;
  let toFrontend: Link;

  const advance = async (ms: number, stepMs = 10) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await frontendTime.advance(stepMs);
      await ownerTime.advance(stepMs);
    }
  };
  const startOwner = (epoch: number, graceMs: number) => {
    owner = new OwnerProcess(ownerTime, epoch, () => toFrontend);
    owner.publisher.open(epoch, { graceMs });
  };
  const startFrontend = () => {
    frontend = new FrontendProcess(frontendTime, () => {
      toOwner = new Link(frontendTime, (call) => owner.serve(call));
      return toOwner;
    });
    frontend.keeper.start();
  };
  const read = () => frontend.cache.fetch('products/tux', owner.read);
  const servedFromCache = async () => {
    const before = owner.reads;
    await read();
    return owner.reads === before;
  };
  /** How long an order waits for its acknowledgement, in steps of 10 ms. */
  const waitOf = async (order: Promise<unknown>, atMostMs = 5_000) => {
    let done = false;
    void order.then(() => (done = true));
    await settled();
    for (let waited = 0; waited <= atMostMs; waited += 10) {
      if (done) return waited;
      await advance(10);
    }
    throw new Error(`not acknowledged within ${atMostMs} ms`);
  };

  beforeEach(async () => {
    ownerTime = new ManualScheduler();
    frontendTime = new ManualScheduler();
    toFrontend = new Link(ownerTime, (call) => frontend.serve(call));
    startOwner(1, 0);
    startFrontend();
    await advance(10);
    await read();
  });

  it('works while nothing is cut', async () => {
    expect(await servedFromCache()).toBe(true);

    expect(await waitOf(owner.sell())).toBe(0);

    expect(await read()).toBe(9);
    expect(toFrontend.arrived).toEqual(['DELETE /cache/products/tux?epoch=1&sequence=1']);
  });

  it('both ways cut: the sale waits no longer than the lease, the frontend stops serving before, and starts empty after', async () => {
    toFrontend.requests = 'lost';
    toOwner.requests = 'lost';
    await advance(600);
    expect(await servedFromCache()).toBe(true);
    const sale = owner.sell();

    const waited = await waitOf(sale);

    expect(waited).toBeLessThanOrEqual(2_000);
    expect(frontend.cache.stats().leaseInForce).toBe(false);
    expect(await read()).toBe(9);
    toFrontend.requests = 'arrive';
    toOwner.requests = 'arrive';
    await advance(1_100);
    expect(frontend.cache.stats()).toMatchObject({ leaseInForce: true, sessionVoids: 1 });
    expect(await read()).toBe(9);
    expect(await servedFromCache()).toBe(true);
  });

  it('DELETEs lost, heartbeats arrive: the sale is told by the next heartbeat and waits no longer than that', async () => {
    toFrontend.requests = 'lost';

    const waited = await waitOf(owner.sell());

    expect(waited).toBeLessThanOrEqual(530);
    expect(await read()).toBe(9);
    expect(frontend.cache.stats().sessionVoids).toBe(0);
  });

  it('answers to DELETEs lost: they are repeated, and the heartbeat acknowledges', async () => {
    toFrontend.answers = 'lost';

    const waited = await waitOf(owner.sell());

    expect(waited).toBeLessThanOrEqual(530 + 500);
    expect(await read()).toBe(9);
  });

  it('answers to heartbeats and DELETEs lost: no lease is renewed past the guard, so the sale waits at most lease and guard', async () => {
    toOwner.answers = 'lost';
    toFrontend.requests = 'lost';

    const waited = await waitOf(owner.sell());

    expect(waited).toBeLessThanOrEqual(2_000 + 250 + 10);
    expect(frontend.cache.stats().leaseInForce).toBe(false);
    expect(await read()).toBe(9);
  });

  it('heartbeats lost, DELETEs arrive: sales go on at once, and the frontend stops using its cache', async () => {
    toOwner.requests = 'lost';
    expect(await waitOf(owner.sell())).toBe(0);
    await advance(2_000);

    expect(frontend.cache.stats().leaseInForce).toBe(false);
    expect(await servedFromCache()).toBe(false);
    expect(await waitOf(owner.sell())).toBe(0);
  });

  it('a pause longer than the lease, nothing sold: the first request is not served from the cache, and a heartbeat brings the entries back', async () => {
    await read();
    await ownerTime.advance(3_000);
    frontendTime.freeze(3_000);

    expect(await servedFromCache()).toBe(false);
    await advance(600);
    expect(await servedFromCache()).toBe(true);
    expect(frontend.cache.stats().sessionVoids).toBe(0);
  });

  it('a pause longer than the lease, something sold: it starts empty', async () => {
    await read();
    toFrontend.requests = 'lost';
    const sale = owner.sell();
    await ownerTime.advance(3_000);
    await sale;
    frontendTime.freeze(3_000);
    toFrontend.requests = 'arrive';

    expect(await read()).toBe(9);
    await advance(600);
    expect(frontend.cache.stats()).toMatchObject({ sessionVoids: 1, leaseInForce: true });
    expect(await read()).toBe(9);
  });

  it('a restarted frontend does not acknowledge for the one before: the sale waits for that lease', async () => {
    await frontendTime.advance(0);
    const previous = frontend;
    startFrontend();
    previous.cache.runtime.onEpochAhead = () => undefined;
    const sale = owner.sell();
    await settled();

    expect(await Promise.race([sale.then(() => 'acknowledged'), settled().then(() => 'waiting')])).toBe('waiting');
    expect(toFrontend.arrived.length).toBeGreaterThan(0);
  });

  it('a restarted owner acknowledges nothing within its grace, and entries of its earlier life are gone', async () => {
    const stock = { sequence: owner.sequence, quantity: owner.quantity };
    startOwner(2, 2_000);
    Object.assign(owner, { ...stock, sequence: 0 });

    const waited = await waitOf(owner.sell());

    expect(waited).toBeGreaterThanOrEqual(1_990);
    expect(frontend.cache.stats()).toMatchObject({ epoch: 2, sessionVoids: 1 });
    expect(await read()).toBe(9);
    expect(await servedFromCache()).toBe(true);
  });

  it('a value of the owner’s next life makes the frontend register at once', async () => {
    startOwner(2, 2_000);
    frontend.cache.invalidate('products/tux');
    await advance(60);

    await read();
    await advance(10);

    expect(frontend.cache.stats()).toMatchObject({ epoch: 2, leaseInForce: true });
  });

  it('a frontend that stops gives its lease back, and nobody waits for it', async () => {
    await frontend.keeper.stop();

    expect(await waitOf(owner.sell())).toBe(0);
    expect(await servedFromCache()).toBe(false);
    expect(owner.publisher.stats().subscribers).toBe(0);
  });

  it('an owner that is not open yet answers 503, and the frontend keeps trying', async () => {
    owner = new OwnerProcess(ownerTime, 2, () => toFrontend);
    await advance(1_000);
    expect(frontend.cache.stats().heartbeatsFailed).toBeGreaterThan(0);

    owner.publisher.open(2, { graceMs: 0 });
    await advance(1_100);

    expect(frontend.cache.stats()).toMatchObject({ epoch: 2, leaseInForce: true });
  });

  it('sells without waiting in the background mode, and still tells the frontend', async () => {
    const { waitedMs } = await owner.publisher.mutate('products/tux', () => ({ sequence: 5, result: 1 }), { mode: 'background' });
    await settled();

    expect(waitedMs).toBe(0);
    expect(frontend.cache.explain('products/tux').floor).toEqual({ epoch: 1, sequence: 5 });
  });

  it('refuses a key that no cache could be told of, before it commits when the key is known then', async () => {
    let commits = 0;
    const commit = () => ({ sequence: (commits += 1), result: undefined });

    await expect(owner.publisher.mutate(`products/${'x'.repeat(600)}`, commit)).rejects.toMatchObject({ code: 'cache_key_unusable', definite: true });
    expect(commits).toBe(0);
    await expect(owner.publisher.mutate(() => ['tux' as `${string}/${string}`], commit)).rejects.toMatchObject({ definite: false });
    expect(commits).toBe(1);
  });

  it('refuses a mutation before it commits when too many wait', async () => {
    const config = parsePublisherOptions({ auth: 'none', metrics: false, mutationsWaitingMax: 1 });
    const publisher = new CachePublisher({ config, scheduler: ownerTime, calls: new SubscriberCalls(() => toFrontend, 400), counters: createPublisherCounters(false) });
    await expect(publisher.mutate('products/tux', () => ({ sequence: 1, result: 0 }))).rejects.toThrow('not open');
    publisher.open(1, { graceMs: 1_000 });
    let commits = 0;
    const commit = () => ({ sequence: (commits += 1), result: undefined });
    const first = publisher.mutate('products/tux', commit);
    await settled();

    await expect(publisher.mutate('products/tux', commit)).rejects.toThrow('1 mutations wait');
    expect(commits).toBe(1);
    await ownerTime.advance(1_000);
    await first;
  });

  it('tells a wait that a stall of the owner drew out from one that a cache drew out', async () => {
    const config = parsePublisherOptions({ auth: 'none', metrics: false });
    const counters = createPublisherCounters(false);
    const publisher = new CachePublisher({ config, scheduler: ownerTime, calls: new SubscriberCalls(() => toFrontend, 400), counters });
    publisher.open(1, { graceMs: 1_000 });
    const sale = publisher.mutate('products/tux', () => ({ sequence: 1, result: 0 }));
    await settled();

    await ownerTime.advance(500);
    ownerTime.freeze(10_000);
    await ownerTime.advance(0);
    const { waitedMs } = await sale;

    expect(waitedMs).toBe(10_500);
    expect(counters.waitMsMax).toBe(10_500);
    expect(counters.runningWaitMsMax).toBe(525);
  });
});
