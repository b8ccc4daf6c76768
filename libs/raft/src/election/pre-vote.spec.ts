import { describe, expect, it } from '@jest/globals';
import { toReplicaId } from '../ids.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

/** Dissertation §9.6 (PreVote), §4.2.3 (a voter sticks to a leader it hears). */
describe('asking for pre-votes', () => {
  it('raises no term, neither here nor in the request', () => {
    const a = new DrivenReplica({ term: 3 });

    a.tick();

    expect(a.status).toMatchObject({ role: 'preCandidate', term: 3, votedFor: undefined });
    expect(a.latest('preVoteRequest', 'b')).toMatchObject({ term: 4 });
    expect(a.last?.persist).toBeUndefined();
  });

  it('without a majority of pre-votes there is no election, however long it takes', () => {
    const a = new DrivenReplica({ term: 3 });

    while (a.now < 60_000) a.tick();

    expect(a.status).toMatchObject({ role: 'preCandidate', term: 3 });
  });

  it('is repeated soon after a refusal, then ever less often', () => {
    const a = new DrivenReplica({ raft: { campaignRetryMs: 30, electionTimeoutMinMs: 500 } });
    a.tick();
    const askedAt = [a.now];
    while (askedAt.length < 12) {
      a.answer('b', 'preVote', false);
      a.tick();
      askedAt.push(a.now);
    }

    const pauses = askedAt.slice(1).map((time, offset) => time - (askedAt[offset] ?? 0));

    expect(pauses[0]).toBeGreaterThanOrEqual(30);
    expect(pauses[0]).toBeLessThanOrEqual(51);
    expect(Math.min(...pauses.slice(-3))).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(850);
  });

  it('a yes that comes after the next round was sent still counts', () => {
    const a = new DrivenReplica();
    a.tick();
    const first = a.latest('preVoteRequest', 'b');
    a.tick();
    a.tick();

    a.receive('b', { kind: 'preVoteResponse', requestId: first.requestId, term: a.status.term, granted: true });

    expect(a.status.role).toBe('candidate');
  });

  it('a yes of long ago no longer counts', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.tick();
    a.answer('b', 'preVote', true);
    const late = a.latest('preVoteRequest', 'c');
    while (a.now < 2500 && a.messages('preVoteRequest', 'c').length < 10) a.tick();

    a.receive('c', { kind: 'preVoteResponse', requestId: late.requestId, term: a.status.term, granted: true });

    expect(a.status.role).toBe('preCandidate');
  });

  it('a refusal of a newer term is learned from', () => {
    const a = new DrivenReplica({ term: 1 });
    a.tick();
    const { requestId } = a.latest('preVoteRequest', 'b');
    a.receive('b', { kind: 'preVoteResponse', requestId, term: 6 as typeof a.status.term, granted: false });

    a.tick();

    expect(a.latest('preVoteRequest', 'b')).toMatchObject({ term: 7 });
  });
});

describe('answering a pre-vote', () => {
  it.each([
    ['a term that is known already', { term: 3, last: [2, 2] as const }, false],
    ['a log that lacks an entry', { term: 4, last: [1, 2] as const }, false],
    ['an equal log and a new term', { term: 4, last: [2, 2] as const }, true],
  ])('%s', (_name, request, granted) => {
    const a = new DrivenReplica({ term: 3, log: [1, 2] });

    expect(a.preVote('b', request)).toBe(granted);
    expect(a.status).toMatchObject({ term: 3, votedFor: undefined });
  });

  it('refuses within the minimum election timeout of hearing from a leader, grants after', () => {
    const a = new DrivenReplica({ term: 1, raft: { electionTimeoutMinMs: 500 } });
    a.heartbeat('b', { term: 1 });

    a.wait(499);
    expect(a.preVote('c', { term: 2, last: [0, 0] })).toBe(false);

    a.wait(2);
    expect(a.preVote('c', { term: 2, last: [0, 0] })).toBe(true);
  });

  it('granting one is no contact with a leader: the own election timeout runs on (hashicorp/raft#609)', () => {
    const a = new DrivenReplica({ term: 1, raft: { electionTimeoutMinMs: 500, electionTimeoutMaxMs: 1000 } });
    a.heartbeat('b', { term: 1 });
    a.wait(500);

    for (let request = 0; request < 20 && a.status.role === 'follower'; request += 1) {
      a.preVote('c', { term: 2, last: [0, 0] });
      a.wait(30);
      a.give({ kind: 'tick' });
    }

    expect(a.status.role).toBe('preCandidate');
  });

  it('a leader that a quorum hears refuses', () => {
    const a = new DrivenReplica();
    a.becomeLeader();

    expect(a.preVote('c', { term: 2, last: [9, 9] })).toBe(false);
  });
});

describe('answering a vote request while a leader is heard', () => {
  it('refuses, and keeps its term, so that the candidate does not depose the leader', () => {
    const a = new DrivenReplica({ term: 1 });
    a.heartbeat('b', { term: 1 });

    expect(a.vote('c', { term: 8, last: [0, 0] })).toBe(false);
    expect(a.status).toMatchObject({ term: 1, leader: 'b' });
  });

  it('grants when the leader itself asked for the election', () => {
    const a = new DrivenReplica({ term: 1 });
    a.heartbeat('b', { term: 1 });

    expect(a.vote('c', { term: 2, last: [0, 0], transfer: true })).toBe(true);
  });

  it('refuses a second leader in a term whose leader it knows', () => {
    const a = new DrivenReplica({ term: 2 });
    a.heartbeat('b', { term: 2 });
    a.wait(600);

    expect(a.vote('c', { term: 2, last: [0, 0] })).toBe(false);
  });
});

describe('a group', () => {
  it('a follower that was cut off for long comes back without disturbing term or leader', () => {
    const cluster = new SimulatedCluster({ seed: 5 });
    const leader = cluster.elect();
    const { term } = leader.status;
    cluster.network.partition(['r3'], ['r1', 'r2']);
    cluster.runFor(30_000);

    cluster.network.heal();
    cluster.runFor(3000);

    expect(cluster.leader?.id).toBe(leader.id);
    expect(cluster.replicas.map((replica) => replica.status.term)).toEqual([term, term, term]);
  });

  it('a follower that stalled for seconds causes no election', () => {
    const cluster = new SimulatedCluster({ seed: 6 });
    const leader = cluster.elect();
    const { term } = leader.status;

    for (let stall = 0; stall < 10; stall += 1) {
      cluster.replica('r2').pause();
      cluster.runFor(2000);
      cluster.replica('r2').resume();
      cluster.runFor(500);
    }

    expect(leader.status).toMatchObject({ role: 'leader', term });
  });

  it('two followers that only see each other as gone elect one of them, not none', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const cluster = new SimulatedCluster({ seed, priorities: [1, 1, 1] });
      const leader = cluster.elect();
      const others = cluster.replicas.filter((replica) => replica !== leader);
      leader.crash();

      for (const other of others) other.give({ kind: 'peerGone', peer: toReplicaId(leader.id) });
      const tookMs = cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 2000 });

      expect(tookMs).toBeLessThan(150);
    }
  });
});
