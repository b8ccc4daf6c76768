import { Logger } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type { ReplicatedLog } from '@quorumkit/leader';
import { InMemoryCluster, ManualClock } from '@quorumkit/leader/testing';
import { CatalogClient } from '@toystore/contracts';
import { CatalogReachability } from '../debits/catalog-reachability.js';
import { DebitPump } from '../debits/debit-pump.js';
import type { OrderCommand, OrderResult } from '../ledger/order-command.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import { Office } from '../office/office.js';
import { SettlementWaiters } from '../settlement/settlement-waiters.js';
import { FakeCatalog } from '../testing/fake-catalog.js';
import { soon, until } from '../testing/shopper.js';
import { admissionOptionsDefault } from './admission-options.js';
import { PlaceOrder } from './place-order.js';

/**
 * Goal: the same promises as over the scripted group, here over the real election and the real log.
 * Method: three replicas in one process on a clock that is moved by hand; shoppers place orders while the leader is
 * killed again and again, forgets what was not durable, and comes back.
 */
const orderCount = 40;
const killsMax = 4;

interface Run {
  readonly office: Office;
  readonly placeOrder: PlaceOrder;
  readonly waiters: SettlementWaiters;
}

function clusterOf(catalog: FakeCatalog, clock: ManualClock) {
  const runs = new Map<string, Run>();
  const cluster: InMemoryCluster<OrderStateMachine> = new InMemoryCluster({
    group: 'orders',
    clock,
    stateMachine: () => new OrderStateMachine(),
    limits: { snapshotEveryEntries: 20 },
    hooks: (id) => {
      const { stateMachine, election, log } = cluster.member(id);
      const orders = log as ReplicatedLog<OrderCommand, OrderResult>;
      const waiters = new SettlementWaiters(stateMachine);
      const reachability = new CatalogReachability();
      const options = { batchMax: 64, timeoutMs: 60_000, probeTimeoutMs: 60_000, retry: { firstMs: 1, maxMs: 2 } };
      const client = new CatalogClient(catalog.transport);
      const pump = new DebitPump(stateMachine, orders, election, client, reachability, options);
      const office = new Office(election, pump, waiters);
      const placeOrder = new PlaceOrder(stateMachine, orders, office, waiters, reachability, admissionOptionsDefault);
      runs.set(id, { office, placeOrder, waiters });
      return { elected: async (fence) => office.take(fence), deposed: () => office.leave() };
    },
  });
  return { cluster, runs };
}

describe('three replicas', () => {
  it('place each order once while their leader is killed again and again', async () => {
    Logger.overrideLogger(false);
    const catalog = new FakeCatalog({ tux: 1_000, fox: 5 });
    const clock = new ManualClock();
    const { cluster, runs } = clusterOf(catalog, clock);
    const numbers = new Map<string, number>();
    let refusals = 0;
    let isOver = false;

    const shop = async (key: string, name: string): Promise<void> => {
      while (!isOver) {
        const leader = cluster.leader;
        const run = leader && runs.get(leader.id);
        const deadline = performance.now() + 500;
        const answer = await run?.placeOrder.place({ key, name, quantity: 1, deadline });
        if (answer?.kind === 'placed') return void numbers.set(key, answer.number);
        if (answer?.kind === 'refused') return void (refusals += 1);
        await soon();
      }
    };
    const keepTime = async (): Promise<void> => {
      while (!isOver) {
        await clock.advance(5);
        await soon();
      }
    };
    const kill = async (): Promise<void> => {
      for (let kills = 0; kills < killsMax; kills++) {
        await until(
          () => numbers.size + refusals >= (kills + 1) * (orderCount / (killsMax + 2)),
          'some orders are placed',
        );
        await until(() => cluster.leader !== undefined, 'there is a leader');
        const victim = cluster.leader?.id ?? 'r1';
        await cluster.crash(victim);
        runs.get(victim)?.waiters.shortenDeadlines(0);
        await until(() => cluster.leader !== undefined, 'there is another leader');
        await cluster.startMember(victim);
      }
    };
    const shopAll = async (): Promise<void> => {
      const next = Array.from({ length: orderCount }, (_, order) => order);
      const shopper = async (): Promise<void> => {
        for (let order = next.shift(); order !== undefined; order = next.shift()) {
          await Promise.all([1, 2].map(() => shop(`k${order}`, (order ?? 0) % 4 === 0 ? 'fox' : 'tux')));
        }
      };
      await Promise.all([shopper(), shopper(), shopper()]);
    };

    await cluster.start();
    const time = keepTime();
    try {
      await Promise.all([shopAll(), kill()]);
      await until(() => {
        const ledgers = cluster.members.map(({ stateMachine }) => stateMachine.ledger);
        return ledgers.every((ledger) => ledger.openCount === 0 && ledger.orderCount === numbers.size);
      }, 'all replicas have everything');
    } finally {
      isOver = true;
      await time;
      for (const { waiters } of runs.values()) waiters.shortenDeadlines(0);
      await cluster.stop();
    }

    const ledgers = cluster.members.map(({ stateMachine }) => stateMachine.ledger);
    expect(new Set(ledgers.map((ledger) => ledger.hash)).size).toBe(1);
    expect(ledgers[0]?.soldDigest).toBe(catalog.soldDigest);
    expect([...numbers.values()].sort((a, b) => a - b)).toEqual([...numbers.keys()].map((_, position) => position));
    expect([...catalog.executions.values()].every((times) => times === 1)).toBe(true);
    expect(catalog.stock.get('fox')).toBe(0);
    expect(cluster.fatalErrors).toEqual([]);
  }, 120_000);
});
