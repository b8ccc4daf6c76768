import { describe, expect, it } from '@jest/globals';
import { toLogIndex, toReplicaId, toTerm } from '../ids.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

function leader(options: ConstructorParameters<typeof DrivenReplica>[0] = {}): DrivenReplica {
  const a = new DrivenReplica(options);
  a.becomeLeader();
  for (const peer of a.peers) a.confirmAppend(peer);
  return a;
}

/** Dissertation §3.10. */
describe('leadership transfer', () => {
  it('tells a target that has everything to campaign at once', () => {
    const a = leader();

    const effects = a.give({ kind: 'transferLeadership', target: toReplicaId('c') });

    expect(a.latest('timeoutNowRequest', 'c')).toMatchObject({ term: 1 });
    expect(effects.status).toMatchObject({ transferringTo: 'c', leaseUntil: 0 });
  });

  it('waits until the target has everything', () => {
    const a = leader();
    a.propose('x');

    a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
    expect(a.messages('timeoutNowRequest')).toHaveLength(0);

    a.confirmAppend('c');
    expect(a.messages('timeoutNowRequest', 'c')).toHaveLength(1);
  });

  it('without a target takes the highest priority that has what is committed', () => {
    const a = leader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.propose('x');
    for (const peer of ['c', 'd', 'e']) a.confirmAppend(peer);

    a.give({ kind: 'transferLeadership', target: undefined });

    expect(a.status.transferringTo).toBe('c');
  });

  it.each([
    ['itself', 'a', 'this replica leads already'],
    ['a stranger', 'z', 'it is not a voter of this group'],
  ])('to %s is refused', (_name, target, why) => {
    const a = leader();

    a.give({ kind: 'transferLeadership', target: toReplicaId(target) });

    expect(a.trace.at(-1)).toMatchObject({ kind: 'transferAborted', why });
    expect(a.status.transferringTo).toBeUndefined();
  });

  it('refuses proposals meanwhile, and takes them again when it was aborted after an election timeout', () => {
    const a = leader({ raft: { electionTimeoutMaxMs: 1000 } });
    a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
    expect(a.propose('x').rejected).toEqual([{ id: 1, reason: 'transferring', leader: 'a', term: 1 }]);

    const start = a.now;
    while (a.status.transferringTo !== undefined && a.now < 10_000) {
      a.tick();
      a.confirmHeartbeat('b');
    }

    expect(a.now - start).toBeGreaterThan(999);
    expect(a.now - start).toBeLessThan(1200);
    expect(a.propose('x').accepted).toHaveLength(1);
  });

  it('is aborted at once when the process of the target is gone', () => {
    const a = leader();
    a.give({ kind: 'transferLeadership', target: toReplicaId('c') });

    a.give({ kind: 'peerGone', peer: toReplicaId('c') });

    expect(a.trace.at(-1)).toMatchObject({ kind: 'transferAborted', target: 'c', why: 'its process is gone' });
    expect(a.propose('x').accepted).toHaveLength(1);
  });

  it('the target campaigns without asking for pre-votes, and says why, so that nobody sticks to the old leader', () => {
    const a = new DrivenReplica({ term: 4 });
    a.heartbeat('b', { term: 4 });

    a.timeoutNow('b', 4);

    expect(a.messages('preVoteRequest')).toHaveLength(0);
    expect(a.latest('voteRequest', 'c')).toMatchObject({ term: 5, leadershipTransfer: true });
    expect(a.messages('timeoutNowResponse', 'b')).toHaveLength(1);
  });

  it('a hand-over of an older term is answered and changes nothing', () => {
    const a = new DrivenReplica({ term: 4 });

    a.timeoutNow('b', 3);

    expect(a.status).toMatchObject({ role: 'follower', term: 4 });
    expect(a.messages('timeoutNowResponse', 'b')).toMatchObject([{ term: 4 }]);
  });

  it('in a group takes a few milliseconds, in each direction', () => {
    const cluster = new SimulatedCluster({ seed: 9, raft: { priorityTakeoverStableMs: 0 } });
    cluster.elect();

    for (const target of ['r2', 'r3', 'r1', 'r3', 'r2', 'r1']) {
      const from = cluster.leader;
      cluster.give(from?.id ?? '', { kind: 'transferLeadership', target: toReplicaId(target) });
      const tookMs = cluster.runUntil(() => cluster.leader?.id === target && cluster.leader.status.committedInTerm, {
        withinMs: 1000,
      });
      expect(tookMs).toBeLessThan(50);
      cluster.runFor(300);
    }

    expect(cluster.leader?.status.term).toBe(7);
  });

  it('to a target that dies, the old leader goes on', () => {
    const cluster = new SimulatedCluster({ seed: 9, noticesGoneProcesses: false });
    const old = cluster.elect();
    cluster.network.cutOneWay(old.id, 'r3');
    cluster.give(old.id, { kind: 'transferLeadership', target: toReplicaId('r3') });
    cluster.kill('r3');

    cluster.runFor(1500);

    expect(old.status).toMatchObject({ role: 'leader', term: 1, transferringTo: undefined });
  });
});

describe('stepDown', () => {
  it('retreats in the same step and has whoever has most of the log campaign', () => {
    const a = leader();
    a.propose('x');
    a.confirmAppend('b');
    a.propose('y');
    a.confirmAppend('b');

    const effects = a.give({ kind: 'stepDown', reason: 'disk full' });

    expect(effects.status).toMatchObject({ role: 'follower', leader: undefined, term: 1 });
    expect(a.messages('timeoutNowRequest', 'b')).toHaveLength(1);
    expect(a.trace.at(-1)).toMatchObject({ kind: 'becameFollower', why: 'disk full' });
  });

  // Of three, the entry is committed when c has it; of five it is not, and who lacks it may or may not win.
  it.each([
    ['is committed', ['a', 'b', 'c']],
    ['is not committed', ['a', 'b', 'c', 'd', 'e']],
  ])(
    'prefers the longest log to the highest priority, also where its last entry %s: nobody catches up first',
    (_, voters) => {
      const a = leader({ voters });
      a.propose('x');
      a.confirmAppend('c');

      a.give({ kind: 'stepDown', reason: 'disk full' });

      expect(a.messages('timeoutNowRequest', 'c')).toHaveLength(1);
      expect(a.messages('timeoutNowRequest', 'b')).toHaveLength(0);
    },
  );

  it('the replica that stepped down lets others go first', () => {
    const a = leader({ raft: { electionTimeoutMaxMs: 1000 } });
    const start = a.now;

    a.give({ kind: 'stepDown', reason: 'disk full' });
    a.tick();

    expect(a.now - start).toBeGreaterThanOrEqual(1500);
  });

  it('answers the reads that wait, and refuses proposals', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 5 });

    const effects = a.give({ kind: 'stepDown', reason: 'disk full' });

    expect(effects.reads).toEqual([{ id: 5, index: undefined, term: 1 }]);
    expect(a.propose('x').rejected).toMatchObject([{ reason: 'notLeader' }]);
  });

  it('in a group another replica leads within milliseconds', () => {
    const cluster = new SimulatedCluster({ seed: 12 });
    const old = cluster.elect();

    cluster.give(old.id, { kind: 'stepDown', reason: 'test' });
    const tookMs = cluster.runUntil(
      () => cluster.leaders.some((replica) => replica !== old && replica.status.committedInTerm),
      { withinMs: 1000 },
    );

    expect(tookMs).toBeLessThan(50);
  });
});

describe('a leader whose own disk stalls', () => {
  it('hands over once its followers commit without it', () => {
    const cluster = new SimulatedCluster({ seed: 12, raft: { storageStallMs: 1000, priorityTakeoverStableMs: 2000 } });
    const old = cluster.elect();
    old.disk.conditions = { syncMinMs: 60_000, syncMaxMs: 60_000 };
    cluster.propose(old.id);

    const tookMs = cluster.runUntil(() => cluster.leader !== undefined && cluster.leader !== old, { withinMs: 3000 });
    cluster.runFor(10_000);

    expect(tookMs).toBeGreaterThanOrEqual(1000);
    expect(cluster.leader?.id).not.toBe(old.id);
  });

  it('stays when all disks stall: somebody else would be no better', () => {
    const cluster = new SimulatedCluster({ seed: 12, raft: { storageStallMs: 1000 } });
    const old = cluster.elect();
    for (const replica of cluster.replicas) replica.disk.conditions = { syncMinMs: 5000, syncMaxMs: 5000 };
    cluster.propose(old.id);

    cluster.runFor(4000);

    expect(old.status).toMatchObject({ role: 'leader', term: 1, transferringTo: undefined });
    expect(old.status.lastLogIndex).toBe(toLogIndex(2));
    expect(old.status.term).toBe(toTerm(1));
  });
});
