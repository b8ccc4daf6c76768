import { describe, expect, it } from '@jest/globals';
import { toReplicaId, toTerm } from '../ids.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

const believed = 200;

function follower(): DrivenReplica {
  const a = new DrivenReplica({ term: 3, raft: { heartbeatIntervalMs: believed / 2, electionTimeoutMinMs: 500 } });
  a.heartbeat('b', { term: 3 });
  return a;
}

describe('forgetLeader', () => {
  it('is refused while the leader is heard within two heartbeats', () => {
    const a = follower();
    a.wait(believed - 1);

    a.give({ kind: 'forgetLeader', observedTerm: toTerm(3) });

    expect(a.status.leader).toBe('b');
    expect(a.trace.at(-1)).toMatchObject({ kind: 'nominationRefused', why: 'leader b was heard less than 200 ms ago' });
  });

  it('is obeyed after that: pre-votes of others are granted at once', () => {
    const a = follower();
    a.wait(believed + 1);
    expect(a.preVote('c', { term: 4, last: [0, 0] })).toBe(false);

    a.give({ kind: 'forgetLeader', observedTerm: toTerm(3) });

    expect(a.status.leader).toBeUndefined();
    expect(a.preVote('c', { term: 4, last: [0, 0] })).toBe(true);
  });

  it('is refused when the observation is of an older term', () => {
    const a = follower();
    a.wait(believed + 1);

    a.give({ kind: 'forgetLeader', observedTerm: toTerm(2) });

    expect(a.status.leader).toBe('b');
    expect(a.trace.at(-1)).toMatchObject({ kind: 'nominationRefused', term: 3 });
  });

  it('a leader does not forget itself', () => {
    const a = new DrivenReplica();
    a.becomeLeader();
    a.wait(400);

    a.give({ kind: 'forgetLeader', observedTerm: toTerm(1) });

    expect(a.status.role).toBe('leader');
  });

  it('a leader that was forgotten wrongly is followed again when it is heard', () => {
    const a = follower();
    a.wait(believed + 1);
    a.give({ kind: 'forgetLeader', observedTerm: toTerm(3) });

    a.heartbeat('b', { term: 3 });

    expect(a.status).toMatchObject({ leader: 'b', term: 3 });
  });
});

describe('nominate', () => {
  it('begins an ordinary campaign: a pre-vote, no term of its own', () => {
    const a = follower();
    a.wait(believed + 1);

    a.give({ kind: 'nominate', observedTerm: toTerm(3) });

    expect(a.status).toMatchObject({ role: 'preCandidate', term: 3 });
    expect(a.messages('preVoteRequest')).toHaveLength(2);
  });

  it('is refused while the leader is heard', () => {
    const a = follower();

    a.give({ kind: 'nominate', observedTerm: toTerm(3) });

    expect(a.status.role).toBe('follower');
  });

  it('makes a replica that was refused before ask again at once', () => {
    const a = follower();
    a.wait(2000);
    for (let round = 0; round < 12; round += 1) a.tick();
    expect(a.status.role).toBe('preCandidate');
    const asked = a.messages('preVoteRequest').length;

    a.give({ kind: 'nominate', observedTerm: toTerm(3) });
    expect(a.messages('preVoteRequest')).toHaveLength(asked + 2);

    const start = a.now;
    a.tick();
    expect(a.now - start).toBeLessThan(60);
  });

  it('is taken at most once in an election timeout', () => {
    const a = follower();
    a.wait(believed + 1);
    a.give({ kind: 'nominate', observedTerm: toTerm(3) });
    a.heartbeat('b', { term: 3 });
    a.wait(believed + 1);

    a.give({ kind: 'nominate', observedTerm: toTerm(3) });

    expect(a.status.role).toBe('follower');
    expect(a.trace.at(-1)).toMatchObject({ kind: 'nominationRefused', why: 'nominated less than 500 ms ago' });
  });

  it('overrides no vote: a nominee whose log lacks an entry is refused, and who refused it wins', () => {
    const cluster = new SimulatedCluster({
      seed: 3,
      priorities: [3, 2, 1],
      noticesGoneProcesses: false,
      raft: { priorityTakeoverStableMs: 0 },
    });
    const leader = cluster.elect();
    expect(leader.id).toBe('r1');
    cluster.network.partition(['r2'], ['r1', 'r3']);
    cluster.propose('r1');
    cluster.runFor(50);
    leader.crash();
    cluster.network.heal();
    cluster.runFor(believed + 1);
    const observedTerm = leader.isUp ? toTerm(0) : toTerm(1);
    for (const id of ['r2', 'r3']) cluster.give(id, { kind: 'forgetLeader', observedTerm });

    cluster.give('r2', { kind: 'nominate', observedTerm });
    cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 300 });

    expect(cluster.leader?.id).toBe('r3');
  });

  it('a flood of them moves no term while a leader lives', () => {
    const cluster = new SimulatedCluster({ seed: 8 });
    const leader = cluster.elect();
    const { term } = leader.status;

    for (let millisecond = 0; millisecond < 5000; millisecond += 1) {
      const observedTerm = toTerm(cluster.prng.integer(0, 2 * term + 5));
      cluster.give(`r${cluster.prng.integer(1, 3)}`, { kind: 'nominate', observedTerm });
      cluster.runFor(1);
    }

    expect(leader.status).toMatchObject({ role: 'leader', term });
  });

  it('a flood of them neither prevents nor multiplies elections once the leader is dead', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cluster = new SimulatedCluster({ seed, priorities: [1, 1, 1, 1, 1] });
      const leader = cluster.elect();
      const { term } = leader.status;
      leader.crash();

      for (let millisecond = 0; millisecond < 3000; millisecond += 1) {
        cluster.give(`r${cluster.prng.integer(1, 5)}`, {
          kind: 'nominate',
          observedTerm: toTerm(term + cluster.prng.integer(0, 9)),
        });
        cluster.runFor(1);
      }

      expect(cluster.leader?.status.committedInTerm).toBe(true);
      expect(cluster.leader?.status.term).toBeLessThanOrEqual(term + 3);
    }
  });
});

describe('peerGone', () => {
  it('of the leader: it is forgotten at once, and the campaign begins by rank', () => {
    const delays = ['a', 'b', 'c'].map((_name, rank) => {
      const names = ['x', 'b', 'c'];
      const priorities = [3 - rank, rank === 0 ? 2 : 3, rank === 2 ? 2 : 1];
      const replica = new DrivenReplica({
        voters: [...names, 'leader'],
        priorities: [...priorities, 9],
        term: 1,
        raft: { campaignRetryMs: 30 },
      });
      replica.heartbeat('leader', { term: 1 });
      replica.give({ kind: 'peerGone', peer: toReplicaId('leader') });
      expect(replica.status.leader).toBeUndefined();
      replica.tick();
      expect(replica.status.role).toBe('preCandidate');
      return replica.now;
    });

    expect(delays[0]).toBeLessThanOrEqual(10);
    expect(delays[1]).toBeGreaterThanOrEqual(60);
    expect(delays[1]).toBeLessThanOrEqual(70);
    expect(delays[2]).toBeGreaterThanOrEqual(120);
    expect(delays[2]).toBeLessThanOrEqual(130);
  });

  it('of another follower changes nothing', () => {
    const a = follower();

    a.give({ kind: 'peerGone', peer: toReplicaId('c') });

    expect(a.status).toMatchObject({ role: 'follower', leader: 'b' });
  });

  it('what the dead leader had still sent is obeyed, but does not bring it back', () => {
    const a = follower();
    a.give({ kind: 'peerGone', peer: toReplicaId('b') });

    const response = a.append('b', { term: 3, prev: [0, 0], entries: [3] });

    expect(response.matchIndex).toBe(1);
    expect(a.status.leader).toBeUndefined();
    expect(a.preVote('c', { term: 4, last: [1, 3] })).toBe(true);
  });

  it('a leader that is heard again later is followed again: the hint was wrong', () => {
    const a = follower();
    a.give({ kind: 'peerGone', peer: toReplicaId('b') });
    a.wait(101);

    a.heartbeat('b', { term: 3 });

    expect(a.status).toMatchObject({ role: 'follower', leader: 'b', term: 3 });
  });

  it('a wrong hint at one follower costs no term', () => {
    const cluster = new SimulatedCluster({ seed: 4 });
    const leader = cluster.elect();
    const { term } = leader.status;

    for (let time = 0; time < 20; time += 1) {
      cluster.give('r2', { kind: 'peerGone', peer: leader.id });
      cluster.runFor(250);
    }

    expect(leader.status).toMatchObject({ role: 'leader', term });
  });
});

describe('frontends that disagree', () => {
  const nominate = (cluster: SimulatedCluster, id: string, observedTerm: number) =>
    cluster.give(id, { kind: 'nominate', observedTerm: toTerm(observedTerm) });

  it.each([1, 2, 3, 4, 5])(
    'two that nominate different replicas at once get one leader, in the next term or so (seed %i)',
    (seed) => {
      const cluster = new SimulatedCluster({ seed, priorities: [1, 1, 1, 1, 1], noticesGoneProcesses: false });
      const { id } = cluster.elect();
      const { term } = cluster.replica(id).status;
      cluster.kill(id);
      cluster.runFor(250);
      const [one, other, ...rest] = cluster.replicas.filter((replica) => replica.isUp).map((replica) => replica.id);
      for (const each of [one, other, ...rest]) cluster.give(each ?? '', { kind: 'forgetLeader', observedTerm: term });

      nominate(cluster, one ?? '', term);
      nominate(cluster, other ?? '', term);
      const tookMs = cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 2000 });

      expect(tookMs).toBeLessThan(500);
      expect(cluster.leaders).toHaveLength(1);
      expect(cluster.leader?.status.term).toBeLessThanOrEqual(term + 2);
    },
  );

  it('a stale one that goes on naming the dead leader of an old term is ignored', () => {
    const cluster = new SimulatedCluster({ seed: 6 });
    cluster.elect();
    cluster.kill('r1');
    cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 2000 });
    const { id, term } = cluster.leader?.status ?? { id: '', term: 0 };

    for (let time = 0; time < 500; time += 1) {
      for (const follower of ['r2', 'r3']) {
        cluster.give(follower, { kind: 'forgetLeader', observedTerm: toTerm(1) });
        nominate(cluster, follower, 1);
      }
      cluster.runFor(10);
    }

    expect(cluster.leader?.status).toMatchObject({ id, term });
  });

  it('a hostile one that names terms from the future moves no term while a leader lives', () => {
    const cluster = new SimulatedCluster({ seed: 7 });
    const { id } = cluster.elect();

    for (let time = 0; time < 500; time += 1) {
      for (const replica of ['r1', 'r2', 'r3']) nominate(cluster, replica, 1_000_000 + time);
      cluster.runFor(10);
    }

    expect(cluster.leader?.status).toMatchObject({ id, term: 1 });
    for (const replica of cluster.replicas) expect(replica.status.term).toBe(1);
  });

  it('nor where there is no majority that could elect anybody', () => {
    const cluster = new SimulatedCluster({ seed: 8 });
    cluster.elect();
    for (const id of ['r1', 'r2']) cluster.kill(id);

    for (let time = 0; time < 500; time += 1) {
      nominate(cluster, 'r3', time);
      cluster.runFor(10);
    }

    expect(cluster.replica('r3').status).toMatchObject({ role: 'preCandidate', term: 1 });
  });
});
