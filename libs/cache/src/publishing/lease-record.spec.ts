import { describe, expect, it } from '@jest/globals';

import { createPublisherInMemory } from '../testing/callers-in-memory.js';
import { describeLeaseRecord, InMemoryLeaseRecord } from '../testing/describe-lease-record.js';
import { ManualScheduler, settled } from '../testing/manual-scheduler.js';
import { planLeases, type LeaseRecord } from './lease-record.js';

describeLeaseRecord(
  'the one in memory',
  async () => {
    const record = new InMemoryLeaseRecord();
    return { record, restart: async () => record };
  },
  { describe, it },
);

describe('the leases of a new life', () => {
  it.each([
    { life: 'the first ever', recordedMs: undefined, unrecordedMs: 0, graceMs: 0, longestMs: 2_000, shrinks: false },
    {
      life: 'the first with a record',
      recordedMs: undefined,
      unrecordedMs: 2_000,
      graceMs: 2_000,
      longestMs: 2_000,
      shrinks: false,
    },
    { life: 'one like the last', recordedMs: 2_000, unrecordedMs: 0, graceMs: 2_000, longestMs: 2_000, shrinks: false },
    {
      life: 'one with a shorter lease',
      recordedMs: 10_000,
      unrecordedMs: 0,
      graceMs: 10_000,
      longestMs: 10_000,
      shrinks: true,
    },
    {
      life: 'one with a longer lease',
      recordedMs: 500,
      unrecordedMs: 0,
      graceMs: 500,
      longestMs: 2_000,
      shrinks: false,
    },
  ])('$life', ({ recordedMs, unrecordedMs, ...plan }) => {
    expect(plan).toMatchObject(planLeases(2_000, { recordedMs, unrecordedMs }));
  });
});

describe('an owner with a lease record', () => {
  const nobody = () => {
    throw new Error('nobody has subscribed');
  };

  /** A life of the owner. */
  const start = async (record: LeaseRecord, leaseMs: number, epoch: number) => {
    const time = new ManualScheduler();
    const { publisher, desk } = createPublisherInMemory({ leaseMs }, { scheduler: time, callerOf: nobody });
    const opened = publisher.openRecorded(epoch, record, { unrecordedMs: epoch === 1 ? 0 : leaseMs });
    const waitOfSale = async () => {
      let waited: number | undefined;
      void publisher
        .mutate('products/tux', () => ({ sequence: 1, result: 0 }))
        .then(({ waitedMs }) => (waited = waitedMs));
      for (let passed = 0; waited === undefined && passed <= 20_000; passed += 100) {
        await settled();
        if (waited === undefined) await time.advance(100);
      }
      return waited;
    };
    return { publisher, desk, opened, time, waitOfSale };
  };

  it('acknowledges nothing while a lease may be in force that was longer in an earlier life, and forgets it then', async () => {
    const record = new InMemoryLeaseRecord();
    const first = await start(record, 10_000, 1);
    await first.opened;
    expect(await first.waitOfSale()).toBe(0);

    const second = await start(record, 2_000, 2);
    await second.opened;
    expect(await second.waitOfSale()).toBe(10_000);

    const third = await start(record, 2_000, 3);
    await third.opened;
    expect(await third.waitOfSale()).toBe(2_000);
  });

  it('waits as long after a life that ended within its own grace', async () => {
    const record = new InMemoryLeaseRecord(10_000);
    const second = await start(record, 2_000, 2);
    await second.opened;
    await second.time.advance(9_900);
    second.publisher.onApplicationShutdown();
    await second.time.advance(1_000);

    const third = await start(record, 2_000, 3);
    await third.opened;

    expect(await third.waitOfSale()).toBe(10_000);
  });

  it('grants no lease before its length is on record', async () => {
    let written: () => void = () => undefined;
    const record: LeaseRecord = {
      read: () => 2_000,
      write: () => new Promise((resolve) => (written = resolve)),
    };
    const { desk, opened } = await start(record, 10_000, 2);
    const body = { id: 'f', session: `${'0'.repeat(32)}.1`, callbackUrl: 'http://127.0.0.1:1' };
    const register = () => desk({ method: 'POST', path: '/subscribers', body, timeoutMs: 100 }).status;
    await settled();
    expect(register()).toBe(503);

    written();
    await opened;

    expect(register()).toBe(201);
  });

  it('stays closed when the record cannot be written', async () => {
    const record: LeaseRecord = { read: () => undefined, write: () => Promise.reject(new Error('disk full')) };

    const { publisher, opened } = await start(record, 2_000, 2);

    await expect(opened).rejects.toThrow('disk full');
    expect(publisher.epoch).toBeUndefined();
  });

  it('keeps the grace of its first start when it opens anew within it', async () => {
    const { publisher, opened, time, waitOfSale } = await start(new InMemoryLeaseRecord(10_000), 2_000, 2);
    await opened;
    await time.advance(1_000);

    publisher.open(3);

    expect(await waitOfSale()).toBe(9_000);
  });
});
