import { describe, expect, it } from '@jest/globals';
import { toReplicaId, toTerm } from '../ids.js';
import { configurationEntry, DrivenReplica, type DrivenOptions } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import type { Member } from './configuration.js';

const learner = (id: string): Pick<Member, 'id' | 'kind'> => ({ id: toReplicaId(id), kind: 'learner' });
const voter = (id: string): Pick<Member, 'id'> => ({ id: toReplicaId(id) });
const group = (...learners: readonly string[]) =>
  configurationEntry({ index: 1, term: 1 }, [...['a', 'b', 'c'].map(voter), ...learners.map(learner)]);

/** Replica a leads term 2 with voters b and c and learner d; everything so far is confirmed by the voters. */
function leader(options: DrivenOptions = {}): DrivenReplica {
  const a = new DrivenReplica({ log: [group('d')], ...options });
  a.becomeLeader();
  for (const peer of ['b', 'c', 'd']) a.confirmAppend(peer);
  return a;
}

function withLearner(seed: number, priorities?: readonly number[]): SimulatedCluster {
  const cluster = new SimulatedCluster({ seed, spares: 1, ...(priorities && { priorities }) });
  const { id } = cluster.elect();
  const member = toReplicaId(`r${cluster.replicas.length}`);
  cluster.changeMembership(id, { kind: 'addLearner', member, priority: 9, context: '' });
  cluster.runFor(50);
  return cluster;
}

describe('a learner', () => {
  it('gets the log and applies what is committed', () => {
    const cluster = withLearner(1);

    cluster.proposeMany('r1', 100);
    cluster.runFor(50);

    expect(cluster.replica('r4').applied.count).toBe(100);
    expect(cluster.replica('r4').status).toMatchObject({ role: 'learner', leader: 'r1' });
  });

  it('counts for no commitment', () => {
    const a = leader({ instantDisk: true });
    a.propose('x');

    a.confirmAppend('d');
    expect(a.status.commitIndex).toBe(2);

    a.confirmAppend('b');
    expect(a.status.commitIndex).toBe(3);
  });

  it('confirms no read', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });

    a.confirmHeartbeat('d');
    expect(a.reads).toEqual([]);

    a.confirmHeartbeat('b');
    expect(a.reads).toMatchObject([{ id: 1, index: 2 }]);
  });

  it('keeps no leader in office that no quorum of voters answers (CheckQuorum)', () => {
    const cluster = withLearner(2);
    cluster.network.partition(['r1', 'r4'], ['r2', 'r3']);

    cluster.runFor(1500);

    expect(cluster.replica('r1').status.role).not.toBe('leader');
    expect(cluster.leader?.id).toBe('r2');
  });

  it('alone with a group of one, holds up neither commitment nor reads when it is gone', () => {
    const cluster = withLearner(3, [1]);
    cluster.kill('r2');

    cluster.proposeMany('r1', 5);
    const read = cluster.read('r1');
    cluster.runFor(10);

    expect(cluster.committed.commands).toHaveLength(5);
    expect(cluster.readAnswers.get(read)).toBeDefined();
  });

  it.each([
    ['waits long', (): void => undefined],
    [
      'is nominated',
      (cluster: SimulatedCluster) => {
        cluster.give('r4', { kind: 'nominate', observedTerm: toTerm(1) });
      },
    ],
    [
      'is told that the leader is gone',
      (cluster: SimulatedCluster) => {
        cluster.give('r4', { kind: 'peerGone', peer: toReplicaId('r1') });
      },
    ],
    [
      'is told to take over',
      (cluster: SimulatedCluster) => {
        const message = { kind: 'timeoutNowRequest', requestId: 1, term: toTerm(1) } as const;
        cluster.give('r4', { kind: 'message', from: toReplicaId('r1'), message });
      },
    ],
  ])('does not campaign when it %s', (_name, provoke) => {
    const cluster = withLearner(4);
    for (const id of ['r1', 'r2', 'r3']) cluster.kill(id);
    cluster.runFor(1000);

    provoke(cluster);
    cluster.runFor(10_000);

    expect(cluster.replica('r4').status).toMatchObject({ role: 'learner', term: 1 });
  });

  it('is neither given leadership nor, when the leader steps down, told to take it', () => {
    const a = leader();

    a.give({ kind: 'transferLeadership', target: toReplicaId('d') });
    expect(a.trace.at(-1)).toMatchObject({ kind: 'transferAborted', why: 'it is not a voter of this group' });

    a.propose('x');
    a.confirmAppend('d');
    a.give({ kind: 'stepDown', reason: 'disk full' });
    expect(a.messages('timeoutNowRequest').length).toBe(1);
    expect(a.messages('timeoutNowRequest', 'd')).toEqual([]);
  });

  it('is not asked for its vote, and one that it gives counts for nothing', () => {
    const a = new DrivenReplica({ log: [group('d')] });
    a.tick();
    a.answer('b', 'preVote', true);
    expect(a.status.role).toBe('candidate');
    expect([...a.messages('preVoteRequest', 'd'), ...a.messages('voteRequest', 'd')]).toEqual([]);

    const { requestId } = a.latest('voteRequest', 'b');
    a.receive('d', { kind: 'voteResponse', requestId, term: a.status.term, granted: true });

    expect(a.status.role).toBe('candidate');
  });

  /**
   * (1) a, b and c promote d; the entry is on a, b and c, not yet on d. (2) a dies. Of the four voters three must agree:
   * b, c, and d, which does not know that it may.
   */
  it('votes when a candidate whose log makes it a voter asks', () => {
    const d = new DrivenReplica({ voters: ['d', 'a', 'b', 'c'], joining: true, log: [group('d')] });

    expect(d.status.role).toBe('learner');
    expect(d.vote('b', { term: 2, last: [2, 1] })).toBe(true);
    expect(d.vote('c', { term: 2, last: [2, 1] })).toBe(false);
  });
});

describe('promotion', () => {
  const promoteD = { kind: 'promote', member: toReplicaId('d') } as const;

  it('makes a voter of a learner that has caught up', () => {
    const a = leader();
    a.propose('x');
    for (const peer of ['b', 'd']) a.confirmAppend(peer);

    const { accepted } = a.changeMembership(promoteD);

    expect(accepted).toHaveLength(1);
    expect(a.status).toMatchObject({ voters: ['a', 'b', 'c', 'd'], learners: [] });
  });

  it('is refused for a learner that has never answered', () => {
    const a = new DrivenReplica({ log: [group('d')] });
    a.becomeLeader();
    a.confirmAppend('b');

    expect(a.changeMembership(promoteD).rejected).toMatchObject([
      { reason: 'notCaughtUp', why: 'd lags, or does not answer' },
    ]);
  });

  it('is refused for one that has fallen silent', () => {
    const a = leader();
    a.wait(450);
    a.tick();
    for (const peer of ['b', 'c']) a.confirmHeartbeat(peer);
    a.wait(100);

    expect(a.changeMembership(promoteD).rejected).toMatchObject([{ reason: 'notCaughtUp' }]);
  });

  it('is refused while a round of catching up takes longer than an election timeout', () => {
    const a = leader();
    a.propose('x');
    a.confirmAppend('b');

    for (let time = 0; time < 6; time += 1) {
      a.wait(100);
      a.give({ kind: 'tick' });
      for (const peer of ['b', 'd']) a.confirmHeartbeat(peer);
    }
    expect(a.changeMembership(promoteD).rejected).toMatchObject([{ reason: 'notCaughtUp' }]);

    // That round took too long; the next one is over at once.
    a.confirmAppend('d');
    a.give({ kind: 'tick' });
    expect(a.changeMembership(promoteD).accepted).toHaveLength(1);
  });

  it('happens under load, to a learner that has thousands of entries to catch up', () => {
    const cluster = new SimulatedCluster({ seed: 5, spares: 1 });
    const { id } = cluster.elect();
    cluster.proposeMany(id, 5000);
    cluster.runFor(100);
    cluster.changeMembership(id, { kind: 'addLearner', member: toReplicaId('r4'), priority: 1, context: '' });

    const requests: number[] = [];
    for (let time = 0; time < 200 && cluster.leader?.status.voters.length !== 4; time += 1) {
      cluster.proposeMany(id, 50);
      cluster.runFor(5);
      requests.push(cluster.changeMembership(id, { kind: 'promote', member: toReplicaId('r4') }));
    }
    cluster.runFor(100);

    expect(cluster.refused.get(requests[0] ?? 0)?.reason).toMatch(/changePending|notCaughtUp/);
    expect(cluster.leader?.status).toMatchObject({ voters: ['r1', 'r2', 'r3', 'r4'], pendingChange: undefined });
  });

  it('can be taken back: a voter becomes a learner and a voter again', () => {
    const cluster = new SimulatedCluster({ seed: 6 });
    cluster.elect();
    cluster.runFor(20);

    cluster.changeMembership('r1', { kind: 'demote', member: toReplicaId('r3') });
    cluster.runFor(100);
    expect(cluster.replica('r3').status).toMatchObject({ role: 'learner', voters: ['r1', 'r2'], learners: ['r3'] });

    cluster.changeMembership('r1', { kind: 'promote', member: toReplicaId('r3') });
    cluster.runFor(100);
    expect(cluster.replica('r3').status).toMatchObject({ role: 'follower', voters: ['r1', 'r2', 'r3'] });
  });
});
