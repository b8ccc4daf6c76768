import { describe, expect, it } from '@jest/globals';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

/** Dissertation §6.2: a leader that reaches no quorum steps down, so that its clients look for another. */
describe('CheckQuorum', () => {
  it('a leader that hears from no quorum for an election timeout retreats, in the same term', () => {
    const a = new DrivenReplica({ raft: { electionTimeoutMaxMs: 1000 } });
    a.becomeLeader();
    const start = a.now;

    while (a.status.role === 'leader' && a.now < 10_000) a.tick();

    expect(a.now - start).toBeGreaterThanOrEqual(1000);
    expect(a.now - start).toBeLessThanOrEqual(1100);
    expect(a.status).toMatchObject({ role: 'follower', term: 1, leader: undefined });
  });

  it('answers of a quorum keep it, those of fewer do not', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.becomeLeader();

    while (a.now < 5000) {
      a.tick();
      a.confirmHeartbeat('b');
      a.confirmHeartbeat('c');
    }
    expect(a.status.role).toBe('leader');

    while (a.now < 8000 && a.status.role === 'leader') {
      a.tick();
      a.confirmHeartbeat('b');
    }
    expect(a.status.role).toBe('follower');
  });

  it('a leader that wakes up from a long pause retreats before it does anything else', () => {
    const a = new DrivenReplica();
    a.becomeLeader();
    a.confirmAppend('b');

    a.wait(5000);
    a.give({ kind: 'tick' });

    expect(a.status.role).toBe('follower');
  });

  it('a leader cut off from all steps down; its uncommitted entries go when it comes back, and no term is added', () => {
    const cluster = new SimulatedCluster({ seed: 30 });
    const old = cluster.elect();
    cluster.network.partition([old.id], ['r2', 'r3']);
    const lost = cluster.proposeMany(old.id, 5);

    cluster.runFor(1200);
    expect(old.status).toMatchObject({ leader: undefined });
    expect(old.status.role).not.toBe('leader');
    const successor = cluster.leader?.id ?? '';
    const kept = cluster.proposeMany(successor, 3);
    cluster.runFor(20_000);
    const { term } = cluster.replica(successor).status;
    cluster.network.heal();
    cluster.runFor(3000);

    expect(cluster.leader?.status.term).toBe(term);
    expect(lost.some((id) => cluster.committed.has(`c${id}`))).toBe(false);
    expect(kept.every((id) => cluster.committed.has(`c${id}`))).toBe(true);
    expect(old.applied.digest).toBe(cluster.committed.digest);
  });

  it('a leader that reaches one of two followers goes on; the other comes back without an election', () => {
    const cluster = new SimulatedCluster({ seed: 31 });
    const leader = cluster.elect();
    cluster.network.cut(leader.id, 'r3');
    cluster.network.cut('r2', 'r3');

    cluster.runFor(10_000);
    cluster.network.heal();
    cluster.runFor(2000);

    expect(leader.status).toMatchObject({ role: 'leader', term: 1 });
  });

  it('a leader that hears everybody but is heard by nobody makes way, and follows when it is heard again', () => {
    const cluster = new SimulatedCluster({ seed: 33 });
    const old = cluster.elect();
    for (const other of ['r2', 'r3']) cluster.network.cutOneWay(old.id, other);
    cluster.proposeMany(old.id, 5);

    cluster.runUntil(() => cluster.leaders.some((each) => each !== old && each.status.committedInTerm), {
      withinMs: 3000,
    });
    cluster.runFor(50);
    expect(old.status.role).not.toBe('leader');

    cluster.network.heal();
    cluster.runFor(500);
    expect(old.status).toMatchObject({ role: 'follower', leader: cluster.leader?.id });
  });

  it('a leader that is heard by everybody but hears nobody steps down, commits nothing and answers no read', () => {
    const cluster = new SimulatedCluster({ seed: 34 });
    const old = cluster.elect();
    for (const other of ['r2', 'r3']) cluster.network.cutOneWay(other, old.id);
    const before = cluster.committed.lastIndex;
    cluster.proposeMany(old.id, 5);
    const read = cluster.read(old.id);

    cluster.runFor(999);
    expect(cluster.committed.lastIndex).toBe(before);
    cluster.runUntil(() => old.status.role !== 'leader', { withinMs: 200 });
    expect(cluster.readAnswers.get(read)).toBeUndefined();

    cluster.runUntil(() => cluster.leader !== undefined && cluster.leader !== old, { withinMs: 3000 });
    cluster.runFor(100);
    // The followers had them: what was not acknowledged may still be committed, by the next leader.
    expect(cluster.committed.commands).toHaveLength(5);
  });

  it.each([1, 2, 3])('a chain, whose ends do not see each other, keeps a leader in place (seed %i)', (seed) => {
    const cluster = new SimulatedCluster({ seed });
    cluster.elect();
    cluster.network.cut('r1', 'r3');
    cluster.runFor(5000);
    const { leader } = cluster;
    const term = leader?.status.term;

    for (let second = 0; second < 60; second += 1) {
      cluster.propose(leader?.id ?? '');
      cluster.runFor(1000);
    }

    expect(cluster.leader?.id).toBe(leader?.id);
    expect(cluster.leader?.status.term).toBe(term);
    expect(cluster.committed.commands).toHaveLength(60);
  });

  it.each([
    ['it can be heard but hears nobody', 'in'],
    ['it hears everybody but cannot be heard', 'out'],
  ])('a leader whose links work one way only (%s) is replaced', (_name, direction) => {
    const cluster = new SimulatedCluster({ seed: 33, raft: { priorityTakeoverStableMs: 0 } });
    const old = cluster.elect();
    for (const other of ['r2', 'r3']) {
      if (direction === 'in') cluster.network.cutOneWay(other, old.id);
      else cluster.network.cutOneWay(old.id, other);
    }

    const tookMs = cluster.runUntil(
      () => cluster.leaders.some((replica) => replica !== old && replica.status.committedInTerm),
      { withinMs: 5000 },
    );
    cluster.runFor(10_000);

    expect(tookMs).toBeLessThan(2500);
    expect(cluster.leaders).toHaveLength(1);
    expect(cluster.leader?.status.term).toBeLessThanOrEqual(3);
  });

  it('a replica stuck in a newer term than the leader is let in again', () => {
    const cluster = new SimulatedCluster({ seed: 34 });
    cluster.elect();
    cluster.network.cut('r3', 'r1');
    cluster.network.cut('r3', 'r2');
    // It was handed leadership, but its requests for votes were lost.
    cluster.give('r3', {
      kind: 'message',
      from: cluster.replica('r1').id,
      message: { kind: 'timeoutNowRequest', requestId: 9_999, term: cluster.replica('r3').status.term },
    });
    cluster.runFor(1000);
    expect(cluster.replica('r3').status.term).toBe(2);

    cluster.network.heal();
    cluster.runUntil(
      () =>
        cluster.leader !== undefined &&
        cluster.replicas.every((replica) => replica.status.leader === cluster.leader?.id),
      { withinMs: 3000 },
    );

    expect(cluster.leader?.status.term).toBeLessThanOrEqual(4);
  });
});
