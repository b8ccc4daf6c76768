import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AcknowledgedOrder, type FaultedProcess, type FaultWish, LabError } from '@toystore/lab';
import { readBack } from './read-back.js';
import { Shoppers } from './shoppers.js';
import { startStoreUnderTest, toys, until, type StoreUnderTest } from './store-under-test.js';

const replicas = ['order-1', 'order-2', 'order-3'];

/** One store suffers one fault after the other, under load; each must really have struck, and nothing may be lost. */
describe('while faults strike inside the processes', () => {
  let under: StoreUnderTest;
  const acknowledged: AcknowledgedOrder[] = [];

  beforeAll(async () => {
    under = await startStoreUnderTest({ stock: 1_000_000, faults: true });
  }, 180_000);
  afterAll(() => under?.stop(), 60_000);

  /**
   * Lets six shoppers order while the fault strikes and until the store serves them afterwards; then every order that was
   * ever acknowledged must be there, on every replica, and the new ones must be readable as they were acknowledged.
   */
  async function shopping(strike: (shoppers: Shoppers) => Promise<void>): Promise<void> {
    const shoppers = new Shoppers(under.store.url, toys, 6);
    try {
      await served(shoppers);
      await strike(shoppers);
      await startTheDead();
      await served(shoppers);
    } catch (error) {
      await recover();
      throw error;
    } finally {
      acknowledged.push(...(await shoppers.goHome()));
    }
    const report = await under.store.verify({ acknowledged });
    expect(report.violations).toEqual([]);
    expect(report.replicas).toHaveLength(3);
    expect(report.orders).toBe(acknowledged.length);
    await readBack(under.shop, shoppers.acknowledged);
  }

  async function served(shoppers: Shoppers): Promise<void> {
    const before = shoppers.acknowledged.length;
    await until('the shoppers are served', () => Promise.resolve(shoppers.acknowledged.length >= before + 10));
  }

  async function startTheDead(): Promise<void> {
    for (const { name, state } of under.store.services) if (state === 'dead') under.store.start(name);
    await under.store.waitUntilReady({ limitMs: 60_000 });
  }

  /** After a failure, so that it is not taken for one of the faults that come after. */
  async function recover(): Promise<void> {
    for (const { name, state } of under.store.services) if (state === 'paused') under.store.resume(name);
    await startTheDead();
    for (const name of [...replicas, 'catalog']) await under.store.fault(name, { kind: 'clear' });
  }

  async function leaderOtherThan(previous: string): Promise<string> {
    let leader: string | null = null;
    await until(`another replica than ${previous} leads`, async () => {
      ({ leader } = await under.store.status());
      return leader !== null && leader !== previous;
    });
    return leader ?? '';
  }

  async function follower(): Promise<string> {
    const leader = await leaderOtherThan('nobody');
    return replicas.find((name) => name !== leader) ?? '';
  }

  async function termOfSuccessor(previous: string): Promise<number> {
    let term = 0;
    await until(`another replica than ${previous} leads`, async () => {
      const { leader, services } = await under.store.status();
      if (leader === null || leader === previous) return false;
      term = services.find(({ name }) => name === leader)?.term ?? 0;
      return term > 0;
    });
    return term;
  }

  /** It follows in its successor's term, or was elected anew since, by its priority: what it was before is over. */
  async function deposed(name: string, successorTerm: number): Promise<void> {
    await until(`${name} is deposed in term ${successorTerm}`, async () => {
      const { services } = await under.store.status();
      const { role, term } = services.find((row) => row.name === name) ?? {};
      return (term ?? 0) > successorTerm || (role === 'follower' && term === successorTerm);
    });
  }

  const exitOf = ({ pid }: { pid: number | null }) => under.exits.find((exit) => exit.pid === pid);

  async function exited(process: FaultedProcess) {
    await until(`${process.name} has ended`, () => Promise.resolve(exitOf(process) !== undefined));
    return exitOf(process);
  }

  /** What the process does to itself; undefined while it cannot answer. */
  async function faultsOf(name: string) {
    try {
      return (await under.store.fault(name, { kind: 'show' })).faults;
    } catch (error) {
      if (error instanceof LabError && error.code === 'no-answer') return undefined;
      throw error;
    }
  }

  /** The lines about faults that the process has written from now on. */
  async function faultLines(name: string): Promise<() => Promise<string>> {
    const path = join(under.dataDir, name, 'service.log');
    const before = (await readFile(path)).length;
    return async () => (await readFile(path)).subarray(before).toString('utf8');
  }

  /** Leadership may pass on in the moment in which the leader is armed; then the next one is. */
  async function leaderSuffers(
    wish: FaultWish | readonly FaultWish[],
    hasStruck: (armed: FaultedProcess) => Promise<boolean>,
  ): Promise<FaultedProcess> {
    let armed: FaultedProcess | undefined;
    await until(`the leader has suffered ${JSON.stringify(wish)}`, async () => {
      if (armed !== undefined && (await hasStruck(armed))) return true;
      const { leader } = await under.store.status();
      if (leader === null || leader === armed?.name) return false;
      if (armed !== undefined) {
        if (await hasStruck(armed)) return true;
        await under.store.fault(armed.name, { kind: 'clear' });
      }
      for (const each of [wish].flat()) armed = await under.store.fault(leader, each);
      return false;
    });
    return armed as FaultedProcess;
  }

  const hasExited = (armed: FaultedProcess): Promise<boolean> => Promise.resolve(exitOf(armed) !== undefined);

  describe('the leader dies', () => {
    it.each([
      ['before-send', 'its log has an order that nobody else has'],
      ['before-commit', 'a follower has an order that the leader has not committed'],
      ['after-intent-commit', 'the catalog has not been asked'],
      ['after-debit-answer', 'the catalog has sold, and only it knows'],
      ['before-reply', 'the order is placed and the shopper has no answer'],
      ['after-reply', 'the shopper has just been answered'],
      ['before-sync', 'something in its log is not synced'],
    ] as const)(
      '%s: %s',
      async (at, _situation) => {
        await shopping(async (shoppers) => {
          const died = await leaderSuffers({ kind: 'kill', at, hit: 3 }, hasExited);

          expect(exitOf(died)).toMatchObject({ signal: 'SIGKILL', asked: false });
          expect(await readFile(join(under.dataDir, died.name, 'service.log'), 'utf8')).toContain(
            `FAULT killed at ${at}`,
          );
          await served(shoppers);
        });
      },
      120_000,
    );
  });

  describe('the leader stands still', () => {
    it.each([[500], [2_000], [5_000], [10_000]])(
      'paused for %i ms',
      async (ms) => {
        await shopping(async (shoppers) => {
          const { name, pid } = await under.store.pause('leader');

          expect(under.store.services.find((service) => service.name === name)).toMatchObject({ state: 'paused', pid });
          const resumeAt = performance.now() + ms;
          // Within a shorter pause another one may lead, or not.
          const successorTerm = ms > 2_000 ? await termOfSuccessor(name) : undefined;
          if (successorTerm !== undefined) await served(shoppers);
          await sleep(Math.max(0, resumeAt - performance.now()));
          under.store.resume(name);
          if (successorTerm !== undefined) await deposed(name, successorTerm);
        });
      },
      120_000,
    );

    it('its event loop blocked for 5 s', async () => {
      await shopping(async (shoppers) => {
        const blocked = await under.store.fault('leader', { kind: 'block', ms: 5_000 });

        await leaderOtherThan(blocked.name);
        await served(shoppers);

        await until(
          'the event loop runs again',
          async () => (await faultsOf(blocked.name))?.blocks === blocked.faults.blocks + 1,
        );
        expect(exitOf(blocked)).toBeUndefined();
      });
    }, 120_000);
  });

  describe('what was not synced is lost', () => {
    it('all order replicas at once, just after a shopper was answered, each with a write that its disk never had', async () => {
      await shopping(async (shoppers) => {
        const before = await Promise.all(replicas.map((name) => under.store.fault(name, { kind: 'lose-unsynced' })));
        await Promise.all(replicas.map((name) => under.store.fault(name, { kind: 'slow-sync', ms: 1_000 })));
        const delayed = async (): Promise<boolean> =>
          (await Promise.all(replicas.map(faultsOf))).every(
            (faults, offset) => (faults?.delayedSyncs ?? 0) >= (before[offset]?.faults.delayedSyncs ?? 0) + 2,
          );
        const unsynced = async (): Promise<boolean> =>
          (await Promise.all(replicas.map(faultsOf))).every((faults) => (faults?.unsyncedBytes ?? 0) > 0);
        await until('every replica is slow', delayed);

        // An answer that was sent before its order was durable would be about an order that is lost now.
        await until('a shopper is answered while every replica has something that is not synced', async () => {
          const answered = shoppers.acknowledged.length;
          await until('a shopper is answered', () => Promise.resolve(shoppers.acknowledged.length > answered));
          return unsynced();
        });
        const killed = await Promise.all(replicas.map((name) => under.store.kill(name, 'SIGKILL')));

        expect(killed.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
      });
    }, 120_000);

    it('the leader, with entries that its disk never had', async () => {
      await shopping(async (shoppers) => {
        const written = new Map<string, () => Promise<string>>();
        for (const name of replicas) written.set(name, await faultLines(name));

        const { name } = await leaderSuffers(
          [{ kind: 'lose-unsynced' }, { kind: 'kill', at: 'before-sync', hit: 3 }],
          hasExited,
        );

        expect(await written.get(name)?.()).toMatch(/FAULT killed at before-sync: [1-9]\d* bytes of \S+\.wal are lost/);
        await served(shoppers);
      });
    }, 120_000);

    it('the catalog, with sales that its disk never had', async () => {
      await shopping(async () => {
        const written = await faultLines('catalog');
        await under.store.fault('catalog', { kind: 'lose-unsynced' });

        await exited(await under.store.fault('catalog', { kind: 'kill', at: 'before-sync', hit: 3 }));

        expect(await written()).toMatch(/FAULT killed at before-sync: [1-9]\d* bytes of \S+\.wal are lost/);
      });
    }, 120_000);
  });

  describe('the disk', () => {
    it('of a follower is full: the others go on, and it does too when there is space again', async () => {
      await shopping(async (shoppers) => {
        const full = await under.store.fault(await follower(), { kind: 'disk-full', bytes: 2_000 });

        await until('a write found no space', async () => ((await faultsOf(full.name))?.refusedWrites ?? 0) > 0);
        await served(shoppers);

        expect(exitOf(full)).toBeUndefined();
        await under.store.fault(full.name, { kind: 'clear' });
      });
    }, 120_000);

    it('of the leader is full: another one leads, and it serves again when there is space', async () => {
      await shopping(async (shoppers) => {
        const full = await leaderSuffers(
          { kind: 'disk-full', bytes: 2_000 },
          async ({ name }) => ((await faultsOf(name))?.refusedWrites ?? 0) > 0,
        );

        await leaderOtherThan(full.name);
        await served(shoppers);

        expect(exitOf(full)).toBeUndefined();
        await under.store.fault(full.name, { kind: 'clear' });
      });
    }, 120_000);

    it('of the leader refuses a sync: the process ends, the others go on, and it comes back', async () => {
      await shopping(async (shoppers) => {
        const failed = await leaderSuffers({ kind: 'sync-error' }, hasExited);

        expect(exitOf(failed)).toMatchObject({ code: 1, signal: null, asked: false });
        await served(shoppers);
      });
    }, 120_000);

    it('of the leader is slow: it hands over to a replica whose disk is quick', async () => {
      await shopping(async (shoppers) => {
        const slow = await leaderSuffers(
          { kind: 'slow-sync', ms: 700 },
          async ({ name }) => ((await faultsOf(name))?.delayedSyncs ?? 0) > 3,
        );

        await leaderOtherThan(slow.name);
        await served(shoppers);

        expect(exitOf(slow)).toBeUndefined();
        await under.store.fault(slow.name, { kind: 'clear' });
      });
    }, 120_000);
  });
});
