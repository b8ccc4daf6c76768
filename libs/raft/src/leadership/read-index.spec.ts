import { describe, expect, it } from '@jest/globals';
import { toReplicaId, toTerm } from '../ids.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

function leader(options: ConstructorParameters<typeof DrivenReplica>[0] = {}): DrivenReplica {
  const a = new DrivenReplica(options);
  a.becomeLeader();
  for (const peer of a.peers) a.confirmAppend(peer);
  for (const peer of a.peers) if (a.messages('heartbeatRequest', peer).length > 0) a.confirmHeartbeat(peer);
  return a;
}

/** Dissertation §6.4. */
describe('readIndex', () => {
  it('is answered once a quorum confirms the leadership, with what was committed when it was asked', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    expect(a.last?.reads).toEqual([]);

    a.confirmHeartbeat('b');

    expect(a.last?.reads).toEqual([{ id: 1, index: 1, term: 1 }]);
  });

  it('in a group of one is answered at once', () => {
    const a = leader({ voters: ['a'] });

    expect(a.give({ kind: 'readIndex', id: 1 }).reads).toEqual([{ id: 1, index: 1, term: 1 }]);
  });

  it('on a follower is answered with no index', () => {
    const a = new DrivenReplica();

    expect(a.give({ kind: 'readIndex', id: 1 }).reads).toEqual([{ id: 1, index: undefined, term: 0 }]);
  });

  it('reads that come together share one round, those that come during it the next', () => {
    const a = leader();
    const before = a.messages('heartbeatRequest', 'b').length;
    for (const id of [1, 2, 3]) a.give({ kind: 'readIndex', id });
    expect(a.messages('heartbeatRequest', 'b')).toHaveLength(before + 1);

    a.confirmHeartbeat('b');
    expect(a.last?.reads.map((read) => read.id)).toEqual([1]);
    expect(a.messages('heartbeatRequest', 'b')).toHaveLength(before + 2);

    a.confirmHeartbeat('b');
    expect(a.last?.reads.map((read) => read.id)).toEqual([2, 3]);
  });

  it('an answer to a heartbeat from before the read proves nothing (etcd#20418)', () => {
    const a = leader();
    a.wait(100);
    a.give({ kind: 'tick' });
    const old = a.latest('heartbeatRequest', 'b');
    a.give({ kind: 'readIndex', id: 1 });

    a.receive('b', { kind: 'heartbeatResponse', requestId: old.requestId, term: toTerm(1) });
    a.receive('b', { kind: 'heartbeatResponse', requestId: old.requestId, term: toTerm(1) });

    expect(a.last?.reads).toEqual([]);
    expect(a.trace.at(-1)).toMatchObject({ kind: 'messageDropped', messageKind: 'heartbeatResponse' });
  });

  it('an answer that the network repeats counts for its own round only', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    const { requestId } = a.latest('heartbeatRequest', 'b');
    a.receive('b', { kind: 'heartbeatResponse', requestId, term: toTerm(1) });
    a.give({ kind: 'readIndex', id: 2 });

    a.receive('b', { kind: 'heartbeatResponse', requestId, term: toTerm(1) });

    expect(a.last?.reads).toEqual([]);
  });

  it('survives lost heartbeats: the next periodic one confirms it', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    const lost = a.latest('heartbeatRequest', 'b');

    while (a.latest('heartbeatRequest', 'b') === lost && a.now < 10_000) a.tick();
    a.confirmHeartbeat('b');

    expect(a.last?.reads).toEqual([{ id: 1, index: 1, term: 1 }]);
  });

  it('an answered append that was sent after the read confirms it as well', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    a.propose('x');

    a.confirmAppend('c');

    expect(a.last?.reads).toEqual([{ id: 1, index: 1, term: 1 }]);
  });

  it('of five, two confirmations besides its own are needed', () => {
    const a = leader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.give({ kind: 'readIndex', id: 1 });

    a.confirmHeartbeat('b');
    expect(a.last?.reads).toEqual([]);

    a.confirmHeartbeat('d');
    expect(a.last?.reads).toHaveLength(1);
  });

  it('what waits is answered without an index when leadership ends', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    a.give({ kind: 'readIndex', id: 2 });

    const { requestId } = a.latest('heartbeatRequest', 'b');
    a.receive('b', { kind: 'heartbeatResponse', requestId, term: toTerm(5) });

    expect(a.reads).toEqual([
      { id: 1, index: undefined, term: 5 },
      { id: 2, index: undefined, term: 5 },
    ]);
  });

  it('more than the limit are answered without an index at once', () => {
    const a = leader({ raft: { maxPendingReads: 2 } });
    a.give({ kind: 'readIndex', id: 1 });
    a.give({ kind: 'readIndex', id: 2 });

    expect(a.give({ kind: 'readIndex', id: 3 }).reads).toEqual([{ id: 3, index: undefined, term: 1 }]);
  });

  it('a leader that was stopped while another one took over answers nothing stale, whatever is repeated to it', () => {
    const cluster = new SimulatedCluster({ seed: 21 });
    const old = cluster.elect();
    cluster.network.conditions = { ...cluster.network.conditions, duplication: 1, late: 0.5, lateMs: 3000 };
    cluster.runFor(500);
    cluster.read(old.id);
    old.pause();
    cluster.runUntil(() => cluster.leaders.some((replica) => replica !== old && replica.status.committedInTerm), {
      withinMs: 5000,
    });
    const successor = cluster.leader?.id ?? '';
    for (let count = 0; count < 10; count += 1) cluster.propose(successor);
    cluster.runFor(300);

    const read = cluster.read(old.id);
    old.resume();
    cluster.runFor(3000);

    expect(cluster.readAnswers.get(read)).toBeUndefined();
    expect(cluster.readAnswers.has(read)).toBe(true);
  });
});

describe('the lease', () => {
  it('runs from when the confirmed heartbeat was sent, not from when its answer came', () => {
    const a = leader({ raft: { electionTimeoutMinMs: 500 } });
    a.wait(100);
    a.give({ kind: 'tick' });
    const sentAt = a.now;
    a.wait(80);

    a.confirmHeartbeat('b');

    expect(a.status.leaseUntil).toBe(sentAt + 500);
  });

  it('does not exist before a quorum has confirmed anything', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.becomeLeader();
    a.confirmAppend('b');

    expect(a.status.leaseUntil).toBe(0);
  });

  it('ends with a hand-over, which followers obey before it is over', () => {
    const a = leader();
    expect(a.status.leaseUntil).toBeGreaterThan(a.now);

    a.give({ kind: 'transferLeadership', target: toReplicaId('b') });

    expect(a.status.leaseUntil).toBe(0);
  });

  it('is without end in a group of one', () => {
    expect(leader({ voters: ['a'] }).status.leaseUntil).toBe(Number.POSITIVE_INFINITY);
  });

  it('while it runs, no other replica is elected by timeout', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const cluster = new SimulatedCluster({ seed, noticesGoneProcesses: false });
      const old = cluster.elect();
      cluster.runFor(cluster.prng.between(0, 300));
      const { leaseUntil } = old.status;
      old.pause();
      cluster.runUntil(() => cluster.leaders.some((replica) => replica !== old), { withinMs: 5000 });

      expect(cluster.clock.now).toBeGreaterThanOrEqual(leaseUntil);
    }
  });
});
