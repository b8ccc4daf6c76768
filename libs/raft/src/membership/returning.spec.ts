import { describe, expect, it } from '@jest/globals';
import { toLogIndex, toReplicaId, toTerm } from '../ids.js';
import { configurationEntry, DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import type { Member } from './configuration.js';

const member = (id: string, about: Partial<Member> = {}): Pick<Member, 'id'> & Partial<Member> => ({
  id: toReplicaId(id),
  ...about,
});

/** Everybody is a voter with the store it runs on now. */
function isWhole(cluster: SimulatedCluster): boolean {
  const status = cluster.leader?.status;
  return (
    status !== undefined &&
    status.pendingChange === undefined &&
    status.members.every(({ id, kind, storeId }) => kind === 'voter' && cluster.replica(id).disk.storeId === storeId)
  );
}

describe('a replica that has lost its store', () => {
  it('votes for nobody: it may have voted in this term, and entries it had acknowledged are missing', () => {
    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 1 });

    expect(b.status).toMatchObject({ role: 'learner', recovering: true });
    expect(b.preVote('c', { term: 8, last: [100, 7] })).toBe(false);
    expect(b.vote('c', { term: 8, last: [100, 7] })).toBe(false);
    expect(b.vote('a', { term: 9, last: [100, 7], transfer: true })).toBe(false);
    expect(JSON.stringify(b.trace.at(-1))).toMatch(/voteRefused.*has not returned/);
  });

  it('does not vote twice in a term: not from the vote it gave before, and not from an empty store', () => {
    const before = new DrivenReplica({ voters: ['b', 'a', 'c'] });
    expect(before.vote('c', { term: 7, last: [0, 0] })).toBe(true);

    const after = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 1 });

    expect(after.vote('a', { term: 7, last: [0, 0] })).toBe(false);
  });

  it('does not campaign: not by timeout, nominated, told that the leader is gone, nor handed leadership', () => {
    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 1 });
    b.heartbeat('a', { term: 3 });

    b.wait(60_000);
    b.give({ kind: 'tick' });
    b.give({ kind: 'nominate', observedTerm: toTerm(3) });
    b.give({ kind: 'peerGone', peer: toReplicaId('a') });
    b.timeoutNow('a', 3);

    expect(b.status).toMatchObject({ role: 'learner', term: 3, votedFor: undefined });
  });

  it('says with every answer which store gives it', () => {
    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 5 });

    expect(b.append('a', { term: 1, prev: [0, 0], entries: [1] })).toMatchObject({ matchIndex: 1, storeId: 5 });
    expect(b.append('a', { term: 1, prev: [9, 1] })).toMatchObject({ conflict: { index: 2 }, storeId: 5 });
    expect(b.heartbeat('a', { term: 1 })).toMatchObject({ storeId: 5 });
  });

  it('is not taken for one whose disk was rolled back: it says itself that it is another store, which is told once', () => {
    const a = new DrivenReplica();
    a.becomeLeader();
    for (const peer of a.peers) a.confirmAppend(peer);
    a.propose('p');
    const { requestId, term } = a.latest('appendRequest', 'b');

    const conflict = { index: toLogIndex(1), term: undefined };
    a.receive('b', { kind: 'appendResponse', requestId, term, matchIndex: undefined, conflict, storeId: 7 });
    a.wait(100);
    a.tick();
    a.confirmHeartbeat('b', 7);

    const told = a.trace.filter(({ kind }) => kind === 'memberLostStore' || kind === 'followerRegressed');
    expect(told).toEqual([{ kind: 'memberLostStore', peer: 'b', storeId: 7 }]);
    expect(a.latest('appendRequest', 'b').prevLogIndex).toBe(0);
  });

  /** (1) The old b had confirmed 4 entries to a. (2) The new b got others at these places, from a leader that is deposed. */
  it('commits nothing on the strength of what the lost store had confirmed', () => {
    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 1 });
    b.append('c', { term: 2, prev: [0, 0], entries: [2, 2, 2, 2] });

    b.heartbeat('a', { term: 3, commit: 4 });

    expect(b.status.commitIndex).toBe(0);
  });

  it('is a voter again when the log says so of the store it has, also after a restart', () => {
    const returned = configurationEntry({ index: 1, term: 1 }, [member('a'), member('b', { storeId: 1 }), member('c')]);

    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 1, log: [returned] });

    expect(b.status).toMatchObject({ role: 'follower', recovering: false });
    expect(b.vote('c', { term: 2, last: [1, 1] })).toBe(true);
    expect(b.vote('a', { term: 2, last: [1, 1] })).toBe(false);
  });

  it('stays a stranger to a log that speaks of yet another store', () => {
    const returned = configurationEntry({ index: 1, term: 1 }, [member('a'), member('b', { storeId: 1 }), member('c')]);

    const b = new DrivenReplica({ voters: ['b', 'a', 'c'], storeId: 2, log: [returned] });

    expect(b.status).toMatchObject({ role: 'learner', recovering: true });
  });

  it('alone in its group stands still: nobody knows what was in the log', () => {
    const a = new DrivenReplica({ voters: ['a'], storeId: 1 });

    a.wait(60_000);
    a.give({ kind: 'tick' });

    expect(a.status).toMatchObject({ role: 'learner', recovering: true });
  });
});

describe('to the others', () => {
  /** Replica a leads term 1; b answers from store 1, which is not the one that is a member. */
  function leader(): DrivenReplica {
    const a = new DrivenReplica();
    a.becomeLeader();
    a.confirmAppend('c');
    a.wait(100);
    a.give({ kind: 'tick' });
    return a;
  }

  it('its vote counts for nothing, even if it were given', () => {
    const a = new DrivenReplica();
    a.tick();
    a.answer('b', 'preVote', true, 1);
    expect(a.status.role).toBe('preCandidate');
    a.answer('c', 'preVote', true);

    a.answer('b', 'vote', true, 1);
    expect(a.status.role).toBe('candidate');

    a.answer('c', 'vote', true);
    expect(a.status.role).toBe('leader');
  });

  it('its acknowledgements count for nothing: b may have promised a later term, in which others decide', () => {
    const a = leader();
    a.confirmAppend('b');
    a.propose('x');
    expect(a.latest('appendRequest', 'b').entries).toHaveLength(1);

    a.confirmAppend('b', 1);

    expect(a.status).toMatchObject({ lastLogIndex: 3, commitIndex: 1 });
  });

  it('nor do they before the leader may change the group: it commits no first entry with them, and does not stay', () => {
    const a = new DrivenReplica();
    a.becomeLeader();

    a.confirmAppend('b', 1);
    expect(a.status).toMatchObject({ commitIndex: 0, voters: ['a', 'b', 'c'] });

    for (let time = 0; time < 12; time += 1) {
      a.wait(100);
      a.give({ kind: 'tick' });
      if (a.status.role === 'leader') a.confirmHeartbeat('b', 1);
    }
    expect(a.status).toMatchObject({ role: 'follower', commitIndex: 0 });
  });

  it('its answers to heartbeats confirm no read and keep no leader in office', () => {
    const a = leader();
    a.give({ kind: 'readIndex', id: 1 });
    a.confirmHeartbeat('b', 1);
    expect(a.reads).toEqual([]);

    for (let time = 0; time < 12; time += 1) {
      a.wait(100);
      a.give({ kind: 'tick' });
      if (a.status.role === 'leader') a.confirmHeartbeat('b', 1);
    }
    expect(a.status.role).toBe('follower');
    expect(a.reads).toMatchObject([{ id: 1, index: undefined }]);
  });

  it('the leader takes it out of the majority at once, by a change of the group that the others commit', () => {
    const a = leader();

    a.confirmHeartbeat('b', 1);
    expect(a.status).toMatchObject({ voters: ['a', 'c'], learners: ['b'], pendingChange: 2 });
    expect(a.status.members[1]).toMatchObject({ id: 'b', kind: 'returning', storeId: 1 });

    a.confirmAppend('c');
    expect(a.status).toMatchObject({ commitIndex: 2, pendingChange: undefined });
  });

  it('the leader waits with it for a change that is under way', () => {
    const a = leader();
    a.changeMembership({ kind: 'addLearner', member: toReplicaId('d'), priority: 1, context: '' });

    a.confirmHeartbeat('b', 1);
    expect(a.status.lastLogIndex).toBe(2);

    a.confirmAppend('c');
    expect(a.status).toMatchObject({ lastLogIndex: 3, pendingChange: 3 });
  });

  it('the leader makes it a voter again when it has caught up', () => {
    const a = leader();
    a.confirmHeartbeat('b', 1);
    a.confirmAppend('c');

    // The new store has nothing yet: the leader finds out where to begin.
    const { requestId } = a.latest('appendRequest', 'b');
    const conflict = { index: toLogIndex(1), term: undefined };
    a.receive('b', { kind: 'appendResponse', requestId, term: toTerm(1), matchIndex: undefined, conflict, storeId: 1 });
    expect(a.latest('appendRequest', 'b')).toMatchObject({ prevLogIndex: 0 });
    a.confirmAppend('b', 1);

    expect(a.status).toMatchObject({ voters: ['a', 'b', 'c'], pendingChange: 3 });
    expect(a.status.members[1]).toMatchObject({ id: 'b', kind: 'voter', storeId: 1 });
  });

  it('a late answer of the lost store is dropped', () => {
    const a = leader();
    a.propose('x');
    const late = a.latest('appendRequest', 'b');
    a.confirmHeartbeat('b', 1);

    a.receive('b', {
      kind: 'appendResponse',
      requestId: late.requestId,
      term: late.term,
      matchIndex: toLogIndex(1),
      conflict: undefined,
    });

    expect(JSON.stringify(a.trace.at(-1))).toMatch(/messageDropped.*another store/);
    expect(a.status.learners).toEqual(['b']);
  });

  it('is known as the later store by what it answers, not by its id: clocks are put back', () => {
    const a = leader();
    a.confirmHeartbeat('b', 7);
    a.confirmAppend('c');
    expect(a.status.members[1]).toMatchObject({ kind: 'returning', storeId: 7 });

    a.wait(100);
    a.give({ kind: 'tick' });
    a.confirmHeartbeat('b', 3);

    a.confirmAppend('c');
    expect(a.status.members[1]).toMatchObject({ kind: 'returning', storeId: 3 });
  });

  it('is not taken for the later store by an answer to what was sent before the other was heard from', () => {
    const a = leader();
    const early = a.latest('heartbeatRequest', 'b');
    a.confirmAppend('b');

    a.receive('b', { kind: 'heartbeatResponse', requestId: early.requestId, term: early.term, storeId: 9 });

    expect(JSON.stringify(a.trace.at(-1))).toMatch(/messageDropped.*another store may/);
    expect(a.status.learners).toEqual([]);
  });

  it('leadership is not handed to it', () => {
    const a = leader();
    a.confirmHeartbeat('b', 1);

    a.give({ kind: 'transferLeadership', target: toReplicaId('b') });

    expect(a.trace.at(-1)).toMatchObject({ kind: 'transferAborted' });
  });
});

describe('a group whose member loses its store', () => {
  it('has three voters again within a second, and no entry was lost', () => {
    const cluster = new SimulatedCluster({ seed: 1 });
    const { id } = cluster.elect();
    cluster.proposeMany(id, 500);
    cluster.runFor(100);

    cluster.loseStore('r3');
    cluster.runFor(200);
    cluster.replica('r3').start();
    const tookMs = cluster.runUntil(() => isWhole(cluster) && !cluster.replica('r3').status.recovering, {
      withinMs: 5000,
    });

    expect(tookMs).toBeLessThan(1000);
    expect(cluster.replica('r3').applied.count).toBe(500);
    expect(cluster.leader?.status).toMatchObject({ voters: ['r1', 'r2', 'r3'], term: 1 });
  });

  /** (1) r1 and r2 commit; r3 has nothing of it. (2) r2 loses its store and r1 dies: r2 and r3 are a majority. */
  it('loses no acknowledged entry to a majority of one that forgot and one that never knew', () => {
    const cluster = new SimulatedCluster({ seed: 2 });
    cluster.elect();
    cluster.network.partition(['r3'], ['r1', 'r2']);
    const proposed = cluster.proposeMany('r1', 10);
    cluster.runFor(50);
    cluster.loseStore('r2');
    cluster.kill('r1');
    cluster.network.heal();

    cluster.replica('r2').start();
    cluster.runFor(20_000);
    expect(cluster.leader).toBeUndefined();

    cluster.replica('r1').start();
    cluster.runUntil(() => isWhole(cluster), { withinMs: 10_000 });
    expect(proposed.every((id) => cluster.committed.has(`c${id}`))).toBe(true);
    expect(cluster.leader?.status.voters).toEqual(['r1', 'r2', 'r3']);
  });

  it('the leader loses its store: another one leads, and the old one takes over again when it has everything', () => {
    const cluster = new SimulatedCluster({ seed: 3, raft: { priorityTakeoverStableMs: 1000 } });
    cluster.elect();
    cluster.proposeMany('r1', 200);
    cluster.runFor(50);

    cluster.loseStore('r1');
    cluster.replica('r1').start();
    cluster.runUntil(() => cluster.leader?.id === 'r2', { withinMs: 2000 });
    cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 5000 });

    expect(isWhole(cluster)).toBe(true);
    expect(cluster.replica('r1').applied.count).toBe(200);
  });

  it('while it comes back it dies, loses the store once more, and comes back', () => {
    const raft = { trailingEntries: 0, snapshotChunkBytes: 40 };
    const cluster = new SimulatedCluster({ seed: 4, raft });
    for (const replica of cluster.replicas) replica.snapshotEvery = 20;
    cluster.elect();
    cluster.proposeMany('r1', 300);
    cluster.runFor(100);

    cluster.loseStore('r2');
    cluster.replica('r2').start();
    cluster.runUntil(() => cluster.leader?.status.learners.includes(toReplicaId('r2')) === true, { withinMs: 1000 });
    cluster.kill('r2');
    cluster.replica('r2').start();
    cluster.runFor(3);
    cluster.loseStore('r2');
    cluster.replica('r2').start();

    cluster.runUntil(() => isWhole(cluster), { withinMs: 5000 });
    expect(cluster.replica('r2').disk.storesLost).toBe(2);
    expect(cluster.replica('r2').applied.digest).toBe(cluster.committed.digest);
  });

  it('one after the other loses its store, until nobody has the first one any more', () => {
    const cluster = new SimulatedCluster({ seed: 5 });
    cluster.elect();
    const proposed: number[] = [];

    for (const id of ['r3', 'r1', 'r2']) {
      proposed.push(...cluster.proposeMany(cluster.leader?.id ?? '', 20));
      cluster.runFor(50);
      cluster.loseStore(id);
      cluster.replica(id).start();
      cluster.runUntil(() => isWhole(cluster), { withinMs: 10_000 });
    }

    expect(proposed.every((id) => cluster.committed.has(`c${id}`))).toBe(true);
    expect(cluster.replicas.map(({ disk }) => disk.storesLost)).toEqual([1, 1, 1]);
  });

  it('a change of leaders in the middle: the next one brings it back', () => {
    const cluster = new SimulatedCluster({ seed: 6, raft: { priorityTakeoverStableMs: 0 } });
    cluster.elect();
    cluster.network.dropIf = ({ to, message }) => to === 'r3' && message.kind === 'appendRequest';
    cluster.proposeMany('r1', 50);
    cluster.loseStore('r3');
    cluster.replica('r3').start();
    cluster.runUntil(() => cluster.leader?.status.learners.length === 1, { withinMs: 2000 });

    cluster.give('r1', { kind: 'transferLeadership', target: toReplicaId('r2') });
    cluster.runUntil(() => cluster.leader?.id === 'r2', { withinMs: 2000 });
    cluster.network.dropIf = () => false;

    cluster.runUntil(() => isWhole(cluster), { withinMs: 5000 });
    expect(cluster.leader?.id).toBe('r2');
  });

  it('a learner that loses its store stays a learner, and gets the log again', () => {
    const cluster = new SimulatedCluster({ seed: 7, spares: 1 });
    const { id } = cluster.elect();
    cluster.changeMembership(id, { kind: 'addLearner', member: toReplicaId('r4'), priority: 1, context: '' });
    cluster.proposeMany(id, 30);
    cluster.runFor(100);

    cluster.loseStore('r4');
    cluster.replica('r4').start();
    cluster.runFor(1000);

    expect(cluster.replica('r4').applied.count).toBe(30);
    const { storeId } = cluster.replica('r4').disk;
    expect(storeId).not.toBe(0);
    expect(cluster.leader?.status.members[3]).toMatchObject({ id: 'r4', kind: 'learner', storeId });
  });

  it('of two: the one that has everything brings the other back, if it leads', () => {
    const cluster = new SimulatedCluster({ seed: 8, priorities: [2, 1] });
    cluster.elect();
    cluster.proposeMany('r1', 20);
    cluster.runFor(50);

    cluster.loseStore('r2');
    cluster.replica('r2').start();
    cluster.runUntil(() => isWhole(cluster), { withinMs: 5000 });

    expect(cluster.replica('r2').applied.count).toBe(20);
  });

  it('a majority of which has lost its stores has no leader any more, rather than another history', () => {
    const cluster = new SimulatedCluster({ seed: 9 });
    cluster.elect();
    cluster.proposeMany('r1', 20);
    cluster.runFor(50);
    for (const id of ['r1', 'r2', 'r3']) cluster.kill(id);
    for (const id of ['r1', 'r2']) cluster.replica(id).disk.wipe();

    cluster.startAll();
    cluster.runFor(30_000);

    expect(cluster.leader).toBeUndefined();
    expect(cluster.replica('r3').status.term).toBe(1);
  });
});
