import { afterEach, describe, expect, it } from '@jest/globals';
import { BackpressureError } from '../errors/leader-errors.js';
import type { StateMachine } from '../replicated-log/state-machine.js';
import { type ClusterMember, InMemoryCluster, type InMemoryClusterOptions } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

class Counter implements StateMachine {
  total = 0;

  apply(): number {
    return ++this.total;
  }

  snapshot(): unknown {
    return this.total;
  }

  restore(total: unknown): void {
    this.total = total as number;
  }
}

let running: { readonly clock: ManualClock; readonly cluster: InMemoryCluster<Counter> } | undefined;

afterEach(async () => {
  await running?.cluster.stop();
  expect(running?.cluster.fatalErrors).toEqual([]);
});

async function setUp(options: Partial<InMemoryClusterOptions<Counter>>) {
  const clock = new ManualClock(1000);
  const cluster = new InMemoryCluster<Counter>({ stateMachine: () => new Counter(), ...options, clock });
  running = { clock, cluster };
  await cluster.start();
  await clock.until(() => cluster.leader !== undefined, 'a leader in office');
  return { clock, cluster, leader: cluster.leader as ClusterMember<Counter> };
}

describe('a follower that is down for 50,000 proposals', () => {
  it('costs the leader a bounded log and no queue, and catches up by a snapshot', async () => {
    const limits = { snapshotEveryEntries: 2000 };
    const tuning = { trailingEntries: 500 };
    const { clock, cluster, leader } = await setUp({ limits, tuning });
    await cluster.crash('r1');
    let acknowledged = 0;
    let logEntriesMax = 0;
    let waitingMax = 0;

    for (let batch = 0; batch < 50; batch++) {
      for (let count = 0; count < 1000; count++) void leader.log.propose(count).then(() => acknowledged++);
      waitingMax = Math.max(waitingMax, leader.replica?.flights.size ?? 0);
      await clock.until(() => acknowledged === (batch + 1) * 1000, 'the batch to be acknowledged');
      const { firstLogIndex, lastLogIndex } = leader.replica?.running.status() ?? { firstLogIndex: 0, lastLogIndex: 0 };
      logEntriesMax = Math.max(logEntriesMax, lastLogIndex - firstLogIndex + 1);
    }

    // What a snapshot leaves, what came since the last one, and the batch that made the next one due.
    expect(logEntriesMax).toBeLessThanOrEqual(500 + 2000 + 1000);
    expect([waitingMax, leader.replica?.flights.size, leader.replica?.applier.backlog]).toEqual([1000, 0, 0]);
    await cluster.startMember('r1');
    await clock.until(() => cluster.member('r1').stateMachine.total === 50_000, 'r1 to catch up');
    expect(cluster.member('r1').replica?.running.status().firstLogIndex).toBeGreaterThan(45_000);
  }, 60_000);
});

describe('a leader that can commit nothing', () => {
  it('refuses what exceeds its limits, for certain and by name, and keeps no more than those', async () => {
    const { clock, cluster, leader } = await setUp({
      limits: { proposalsMax: 300 },
      tuning: { maxUncommittedBytes: 16_384 },
    });
    const outcomes = new Map<string, number>();
    const note = (what: string): void => void outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    cluster.network.isolate(leader.id, cluster.ids);

    for (let count = 0; count < 5000; count++) {
      leader.log.propose('x'.repeat(200)).then(
        () => note('acknowledged'),
        (error: unknown) => note(error instanceof BackpressureError ? error.limit : (error as Error).name),
      );
      if (count % 500 === 0) await clock.settle();
    }
    await clock.settle();

    expect(leader.replica?.flights.size).toBeLessThanOrEqual(300);
    expect(leader.election.state().lastLogIndex).toBeLessThan(2 + 16_384 / 200);
    expect(outcomes.get('proposalsMax')).toBeGreaterThan(2000);
    expect(outcomes.get('maxUncommittedBytes')).toBeGreaterThan(100);
    expect(outcomes.get('acknowledged')).toBeUndefined();
    await clock.advance(6000);
    expect(leader.replica?.flights.size).toBe(0);
    expect(leader.election.state().role).not.toBe('leader');
  });
});
