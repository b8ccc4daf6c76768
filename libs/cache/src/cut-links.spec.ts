import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { HttpAnswer, HttpCall, HttpCaller } from './calls/http-caller.js';
import type { Scheduler } from './calls/scheduler.js';
import type { CachePublisher } from './publishing/cache-publisher.js';
import { createPublisherInMemory, createSubscriberInMemory, type CallDesk } from './testing/callers-in-memory.js';
import { ManualScheduler, settled } from './testing/manual-scheduler.js';

Logger.overrideLogger(false);

/** One direction of calls between two processes, and the way back of the answers. */
class Link implements HttpCaller {
  requests: 'arrive' | 'lost' = 'arrive';
  answers: 'arrive' | 'lost' = 'arrive';
  readonly arrived: string[] = [];
  /** Kept by the network, to arrive again. */
  readonly copies: HttpCall[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly serve: (call: HttpCall) => HttpAnswer,
  ) {}

  async call(call: HttpCall): Promise<HttpAnswer> {
    await Promise.resolve();
    if (this.requests === 'lost') return this.timeOut(call);
    this.arrived.push(`${call.method} ${call.path}`);
    this.copies.push(call);
    const answer = this.serve(JSON.parse(JSON.stringify(call)) as HttpCall);
    return this.answers === 'lost' ? this.timeOut(call) : answer;
  }

  /** The answer goes nowhere. */
  repeat(method: HttpCall['method']): void {
    this.serve(this.copies.find((call) => call.method === method) as HttpCall);
  }

  async close(): Promise<void> {}

  private timeOut({ timeoutMs }: HttpCall): Promise<never> {
    return new Promise((_resolve, reject) => this.scheduler.after(timeoutMs, () => reject(new Error('timed out'))));
  }
}

class OwnerProcess {
  readonly publisher: CachePublisher;
  readonly serve: CallDesk;
  sequence = 0;
  quantity = 10;
  reads = 0;

  constructor(
    scheduler: Scheduler,
    readonly epoch: number,
    linkTo: () => Link,
  ) {
    const times = { leaseMs: 2_000, heartbeatMs: 500, renewGuardMs: 250 };
    const { publisher, desk } = createPublisherInMemory(times, { scheduler, callerOf: linkTo });
    this.publisher = publisher;
    this.serve = desk;
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

describe('owner and frontend over links that can be cut', () => {
  let ownerTime: ManualScheduler;
  let frontendTime: ManualScheduler;
  let owner: OwnerProcess;
  let frontend: ReturnType<typeof createSubscriberInMemory>;
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
    toOwner = new Link(frontendTime, (call) => owner.serve(call));
    frontend = createSubscriberInMemory({ subscriberId: 'frontend-1' }, { scheduler: frontendTime, owner: toOwner });
    frontend.lease.start();
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

  /** What sales wait together, one after the other with a little time between, in steps of 10 ms. */
  const waitsOfSales = async (count: number) => {
    let sum = 0;
    for (let sale = 0; sale < count; sale += 1) {
      sum += await waitOf(owner.sell());
      await advance(200);
    }
    return sum;
  };

  beforeEach(async () => {
    ownerTime = new ManualScheduler();
    frontendTime = new ManualScheduler();
    toFrontend = new Link(ownerTime, (call) => frontend.desk(call));
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
    const { invalidations } = frontend.cache.runtime;
    expect([invalidations.of('heartbeat', 'dropped'), invalidations.of('delete', 'dropped')]).toEqual([1, 0]);
    expect(frontend.cache.stats().invalidations).toBeGreaterThanOrEqual(1);
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

  it('nothing arrives at a frontend for long: all sales together wait for it no longer than lease and guard', async () => {
    toOwner.answers = 'lost';
    toFrontend.requests = 'lost';

    expect(await waitsOfSales(20)).toBeLessThanOrEqual(2_000 + 250 + 10);
  });

  it('nothing arrives at a frontend that starts: no sale waits, however often it registers', async () => {
    await frontend.lease.stop();
    startFrontend();
    toOwner.answers = 'lost';
    toFrontend.requests = 'lost';
    await advance(1_000);

    expect(await waitsOfSales(20)).toBe(0);
    toOwner.answers = 'arrive';
    toFrontend.requests = 'arrive';
    await advance(2_000);
    expect(frontend.cache.stats()).toMatchObject({ leaseInForce: true });
  });

  it('a copy of the registration arrives when its session has ended unheard: the frontend still starts empty', async () => {
    toFrontend.requests = 'lost';
    toOwner.requests = 'lost';
    await waitOf(owner.sell());
    expect(frontend.cache.stats().leaseInForce).toBe(false);

    toOwner.repeat('POST');
    toFrontend.requests = 'arrive';
    toOwner.requests = 'arrive';
    await advance(1_500);

    expect(await read()).toBe(9);
    expect(frontend.cache.stats()).toMatchObject({ leaseInForce: true, sessionVoids: 1 });
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
    await frontend.lease.stop();

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
    const { waitedMs } = await owner.publisher.mutate('products/tux', () => ({ sequence: 5, result: 1 }), {
      mode: 'background',
    });
    await settled();

    expect(waitedMs).toBe(0);
    expect(frontend.cache.explain('products/tux').floor).toEqual({ epoch: 1, sequence: 5 });
  });
});
