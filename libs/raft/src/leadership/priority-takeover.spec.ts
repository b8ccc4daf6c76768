import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import { fastDisk } from '../testing/simulated-disk.js';

const stableMs = 2000;

/** r3 leads although r1 and r2 have higher priorities, because they were down. */
function afterRecovery(options: { seed?: number; priorities?: readonly number[] } = {}): SimulatedCluster {
  const cluster = new SimulatedCluster({
    seed: options.seed ?? 1,
    priorities: options.priorities ?? [3, 2, 1],
    raft: { priorityTakeoverStableMs: stableMs },
  });
  cluster.elect();
  cluster.kill('r1');
  cluster.runUntil(() => cluster.leader?.id === 'r2' && cluster.leader.status.committedInTerm, { withinMs: 3000 });
  cluster.replica('r1').start();
  return cluster;
}

describe('priority take-over', () => {
  it('hands leadership to a higher priority that is back, after the stable period and not before', () => {
    const cluster = afterRecovery();

    cluster.runFor(stableMs - 200);
    expect(cluster.leader?.id).toBe('r2');

    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 1000 });
  });

  it('under load loses no accepted proposal, and rejects proposals only for moments', () => {
    const cluster = afterRecovery();
    const proposed: number[] = [];
    let withoutLeaderMs = 0;

    for (let millisecond = 0; millisecond < 4000; millisecond += 1) {
      const { leader } = cluster;
      const accepting = leader?.status.transferringTo === undefined ? leader : undefined;
      if (accepting === undefined) withoutLeaderMs += 1;
      else proposed.push(cluster.propose(accepting.id));
      cluster.runFor(1);
    }
    cluster.runFor(500);

    expect(cluster.leader?.id).toBe('r1');
    expect(withoutLeaderMs).toBeLessThan(50);
    expect(proposed.filter((id) => !cluster.committed.has(`c${id}`))).toEqual([]);
  });

  it('never moves leadership between equal priorities', () => {
    const cluster = afterRecovery({ priorities: [2, 2, 2] });

    cluster.runFor(20_000);

    expect(cluster.leader?.id).toBe('r2');
  });

  it('never moves leadership to a replica that comes and goes', () => {
    const cluster = afterRecovery();

    for (let time = 0; time < 10; time += 1) {
      cluster.runFor(stableMs * 0.6);
      cluster.kill('r1');
      cluster.runFor(700);
      cluster.replica('r1').start();
    }

    expect(cluster.leader?.id).toBe('r2');
    expect(cluster.leader?.status.term).toBe(2);

    // Once it stays, also if nothing is written any more.
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: stableMs + 1000 });
  });

  it('waits for a replica that lacks what is committed, and refuses no proposal meanwhile', () => {
    const cluster = afterRecovery();
    cluster.propose('r2');
    cluster.runUntil(() => cluster.replica('r1').applied.count === 1, { withinMs: 1000 });
    cluster.network.dropIf = ({ to, message }) => to === 'r1' && message.kind === 'appendRequest';
    const eventsBefore = cluster.events.length;

    for (let time = 0; time < 20; time += 1) {
      cluster.propose('r2');
      cluster.runFor(stableMs / 4);
    }

    expect(cluster.committed.commands).toHaveLength(21);
    expect(cluster.refused.size).toBe(0);
    expect(cluster.events.slice(eventsBefore).map(({ event }) => event.kind)).not.toContain('transferStarted');

    cluster.network.dropIf = () => false;
    cluster.propose('r2');
    cluster.runFor(1000);
    cluster.propose('r2');
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: stableMs + 1000 });
    expect(cluster.replica('r1').applied.count).toBe(23);
  });

  it('never moves leadership to a replica whose link to the leader comes and goes, though its process stays', () => {
    const cluster = afterRecovery();

    for (let time = 0; time < 10; time += 1) {
      cluster.runFor(stableMs * 0.6);
      cluster.network.cut('r1', 'r2', 700);
      cluster.runFor(700);
    }

    expect(cluster.leader?.status).toMatchObject({ id: 'r2', term: 2 });

    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: stableMs + 1000 });
  });

  it('waits for a replica whose disk is so slow that it could not be elected in time', () => {
    const cluster = afterRecovery();
    const { disk } = cluster.replica('r1');
    disk.conditions = { syncMinMs: 3000, syncMaxMs: 3000 };
    cluster.proposeMany('r2', 10);

    cluster.runFor(20_000);
    expect(cluster.leader?.id).toBe('r2');
    expect(cluster.replica('r1').applied.count).toBe(10);

    disk.conditions = fastDisk;
    cluster.propose('r2');
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 500 });
  });

  it('is offered less and less often to a replica that reaches the leader but no majority', () => {
    const cluster = new SimulatedCluster({
      seed: 3,
      priorities: [5, 4, 3, 2, 1],
      raft: { priorityTakeoverStableMs: stableMs },
    });
    cluster.elect();
    cluster.network.partition(['r1'], ['r3', 'r4', 'r5']);
    cluster.kill('r1');
    cluster.runUntil(() => cluster.leader?.id === 'r2', { withinMs: 3000 });
    cluster.replica('r1').start();
    const offersIn = (seconds: number): number => {
      const before = cluster.leader?.status.term ?? 0;
      cluster.runFor(seconds * 1000);
      cluster.runUntil(() => cluster.leader !== undefined, { withinMs: 3000 });
      return ((cluster.leader?.status.term ?? 0) - before) / 2;
    };

    expect(offersIn(60)).toBeLessThanOrEqual(5);
    expect(offersIn(600)).toBeLessThanOrEqual(10);

    cluster.network.heal();
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 33 * stableMs });
  });

  it('then it stays where it is', () => {
    const cluster = afterRecovery();
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 5000 });
    const term = cluster.leader?.status.term;

    cluster.runFor(30_000);

    expect(cluster.leader?.status).toMatchObject({ id: 'r1', term });
  });

  it('is off with a stable period of 0', () => {
    const cluster = new SimulatedCluster({ seed: 1, raft: { priorityTakeoverStableMs: 0 } });
    cluster.elect();
    cluster.kill('r1');
    cluster.runFor(500);
    cluster.replica('r1').start();

    cluster.runFor(60_000);

    expect(cluster.leader?.id).toBe('r2');
  });
});
