import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { HttpCaller } from '../calls/http-caller.js';
import { formatSession } from '../core/session.js';
import { createGate } from '../testing/gate.js';
import { ManualScheduler, settled } from '../testing/manual-scheduler.js';
import { CachePublisher } from './cache-publisher.js';
import { parsePublisherOptions } from './parse-publisher-options.js';
import { createPublisherCounters } from './publisher-metrics.js';
import type { CachePublisherOptions } from './publisher-options.js';
import { SubscriberCalls } from './subscriber-calls.js';

Logger.overrideLogger(false);

describe('cache publisher', () => {
  let time: ManualScheduler;
  let commits: number;
  const commit = () => ({ sequence: (commits += 1), result: undefined });

  /** Connections made so far. */
  let opens: number;

  const nobody = (): HttpCaller => {
    throw new Error('nobody has subscribed');
  };
  const createPublisher = (options: Partial<CachePublisherOptions> = {}, connect: () => HttpCaller = nobody) => {
    const config = parsePublisherOptions({ auth: 'none', metrics: false, ...options });
    const counters = createPublisherCounters(false);
    const calls = new SubscriberCalls(() => {
      opens += 1;
      return connect();
    }, config.deliveryTimeoutMs);
    return { counters, publisher: new CachePublisher({ config, scheduler: time, calls, counters }) };
  };
  /** A subscriber that gets a lease. Returns up to which sequence everything was announced before. */
  const join = (publisher: CachePublisher): number => {
    const session = { instance: 'a'.repeat(32), ordinal: 1 };
    const facts = { id: 'frontend-1', session, callbackUrl: 'http://127.0.0.1:1', capability: undefined };
    const decision = publisher.subscribe(facts);
    if (decision.kind !== 'granted') throw new Error(`not subscribed: ${decision.kind}`);
    const { epoch, grant } = decision;
    const beat = { subscriberId: facts.id, session: formatSession(session), epoch, grant, acknowledged: [] };
    const answer = publisher.heartbeat(beat);
    return answer.kind === 'known' ? answer.sequence : -1;
  };

  beforeEach(() => {
    time = new ManualScheduler();
    commits = 0;
    opens = 0;
  });

  it('refuses a key that no cache could be told of, before it commits when the key is known then', async () => {
    const { publisher } = createPublisher();
    publisher.open(1, { graceMs: 0 });

    await expect(publisher.mutate(`products/${'x'.repeat(600)}`, commit)).rejects.toMatchObject({
      code: 'cache_key_unusable',
      definite: true,
    });
    expect(commits).toBe(0);
    await expect(publisher.mutate(() => ['tux' as `${string}/${string}`], commit)).rejects.toMatchObject({
      definite: false,
    });
    expect(commits).toBe(1);
  });

  it('refuses a mutation before it commits when too many wait', async () => {
    const { publisher } = createPublisher({ mutationsWaitingMax: 1 });
    await expect(publisher.mutate('products/tux', commit)).rejects.toThrow('not open');
    publisher.open(1, { graceMs: 1_000 });
    const first = publisher.mutate('products/tux', commit);
    await settled();

    await expect(publisher.mutate('products/tux', commit)).rejects.toThrow('1 mutations wait');
    expect(commits).toBe(1);
    await time.advance(1_000);
    await first;
  });

  it('counts those that commit and those that wait together', async () => {
    const { publisher } = createPublisher({ mutationsWaitingMax: 2 });
    publisher.open(1, { graceMs: 1_000 });
    const waiting = publisher.mutate('products/tux', commit);
    await settled();
    const second = createGate<{ sequence: number; result: undefined }>();
    const committing = publisher.mutate('products/tux', () => second.passed);

    await expect(publisher.mutate('products/tux', commit)).rejects.toMatchObject({
      code: 'cache_publisher_overloaded',
      definite: true,
    });

    expect(commits).toBe(1);
    second.open(commit());
    await settled();
    await time.advance(1_000);
    await Promise.all([waiting, committing]);
    await publisher.mutate('products/tux', commit);
  });

  it('tells caches of a change that was made already when too many wait, but lets nobody wait for it', async () => {
    const { publisher } = createPublisher({ mutationsWaitingMax: 1 });
    publisher.open(1, { graceMs: 1_000 });
    const first = publisher.invalidate('products/tux', 1);
    await settled();

    await expect(publisher.invalidate('products/tux', 2)).rejects.toMatchObject({
      code: 'cache_publisher_overloaded',
      definite: false,
    });
    expect(publisher.stats().mutationsWaiting).toBe(1);
    await settled();
    expect(join(publisher)).toBe(2);
    await publisher.invalidate('products/tux', 3, { mode: 'background' });
    await time.advance(1_000);
    await first;
  });

  it('names a change by the epoch in which it was committed, also when a new life began meanwhile', async () => {
    const { publisher } = createPublisher();
    publisher.open(1, { graceMs: 0 });
    const committed = createGate<{ sequence: number; result: undefined }>();
    const mutation = publisher.mutate('products/tux', () => committed.passed);

    publisher.open(2, { graceMs: 0 });
    committed.open(commit());

    expect((await mutation).version).toEqual({ epoch: 2, sequence: 1 });
  });

  describe('when the application shuts down', () => {
    it('opens no connection any more, whatever fails or falls due later', async () => {
      const failure = createGate<never>();
      const { publisher } = createPublisher({}, () => ({ call: () => failure.passed, close: async () => undefined }));
      publisher.open(1, { graceMs: 0 });
      join(publisher);
      const sale = publisher.mutate('products/tux', commit);
      const failed = expect(sale).rejects.toMatchObject({ code: 'cache_publisher_stopped', definite: false });
      await settled();
      expect(opens).toBe(1);

      publisher.onApplicationShutdown();
      failure.fail(new Error('connection closed'));
      await time.advance(10_000);

      await failed;
      expect(opens).toBe(1);
    });

    it('does not repeat a call that failed just before', async () => {
      const { publisher } = createPublisher({}, () => ({
        call: () => Promise.reject(new Error('refused')),
        close: async () => undefined,
      }));
      publisher.open(1, { graceMs: 0 });
      join(publisher);
      const sale = publisher.mutate('products/tux', commit).catch(() => undefined);
      await settled();

      publisher.onApplicationShutdown();
      const opened = opens;
      await time.advance(10_000);

      await sale;
      expect(opens).toBe(opened);
    });

    it('says of a change that was committed meanwhile that caches may not know it, and commits no other', async () => {
      const { publisher } = createPublisher();
      publisher.open(1, { graceMs: 0 });
      const committed = createGate<{ sequence: number; result: undefined }>();
      const meanwhile = publisher.mutate('products/tux', () => committed.passed);

      publisher.onApplicationShutdown();
      committed.open(commit());

      await expect(meanwhile).rejects.toMatchObject({ code: 'cache_publisher_stopped', definite: false });
      await expect(publisher.mutate('products/tux', commit)).rejects.toMatchObject({ definite: true });
      expect(commits).toBe(1);
      publisher.open(2);
      expect(publisher.epoch).toBe(1);
    });
  });

  it('tells a wait that a stall of the owner drew out from one that a cache drew out', async () => {
    const { publisher, counters } = createPublisher();
    publisher.open(1, { graceMs: 1_000 });
    const sale = publisher.mutate('products/tux', commit);
    await settled();

    await time.advance(500);
    time.freeze(10_000);
    await time.advance(0);
    const { waitedMs } = await sale;

    expect(waitedMs).toBe(10_500);
    expect(counters.waitMsMax).toBe(10_500);
    expect(counters.runningWaitMsMax).toBe(525);
  });
});
