import { describe, expect, it } from '@jest/globals';
import { toReplicaId, type ReplicaId } from '../ids.js';
import { configurationEntry, DrivenReplica, type DrivenOptions } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import { fastDisk } from '../testing/simulated-disk.js';
import type { MembershipChange } from './configuration.js';

const addLearner = (member: string, priority = 1): MembershipChange => ({
  kind: 'addLearner',
  member: toReplicaId(member),
  priority,
  context: '',
});
const change = (kind: 'promote' | 'demote' | 'remove', member: string): MembershipChange => ({
  kind,
  member: toReplicaId(member),
});

/** Replica a leads term 1 and has committed the first entry of its term; b and c have confirmed it. */
function leader(options: DrivenOptions = {}): DrivenReplica {
  const a = new DrivenReplica(options);
  a.becomeLeader();
  for (const peer of a.peers) a.confirmAppend(peer);
  return a;
}

/** Asks until the leader takes it: what is refused for now is asked again. */
function changeUntilDone(cluster: SimulatedCluster, wanted: MembershipChange): void {
  let request: number | undefined;
  cluster.runUntil(
    () => {
      const id = cluster.leader?.id;
      if (id === undefined) return false;
      const isRefused = request !== undefined && cluster.refused.has(request);
      if (request === undefined || isRefused) request = cluster.changeMembership(id, wanted);
      const at = cluster.accepted.get(request);
      return at !== undefined && cluster.committed.lastIndex >= at.index;
    },
    { withinMs: 5000 },
  );
}

/** A spare becomes a voter: learner first, then promoted when it has caught up. */
function addVoter(cluster: SimulatedCluster, member: string, priority = 1): void {
  changeUntilDone(cluster, addLearner(member, priority));
  changeUntilDone(cluster, change('promote', member));
}

describe('a change of the group', () => {
  it('is in force as soon as it is in the log, and pending until it is committed', () => {
    const a = leader();

    const effects = a.changeMembership(change('remove', 'c'));
    expect(effects.accepted).toEqual([{ id: 1, index: 2, term: 1 }]);
    expect(effects.status).toMatchObject({ voters: ['a', 'b'], pendingChange: 2 });

    a.confirmAppend('b');
    expect(a.status).toMatchObject({ commitIndex: 2, pendingChange: undefined });
    expect(a.committed.at(-1)).toMatchObject({ index: 2, kind: 'membership' });
  });

  it('is committed by a majority of the new group, not of the old one', () => {
    const a = leader({ voters: ['a', 'b', 'c', 'd'] });

    a.changeMembership(change('remove', 'd'));
    a.confirmAppend('b');

    expect(a.status.commitIndex).toBe(2);
  });

  it('of a follower: it uses the configuration that was appended last, also for its own campaign', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c'], log: [1] });
    a.append('b', {
      term: 1,
      prev: [1, 1],
      entries: [configurationEntry({ index: 2, term: 1 }, ['a', 'b', 'c', 'd'])],
    });

    a.tick();
    for (const peer of ['b', 'd']) a.answer(peer, 'preVote', true);
    a.answer('b', 'vote', true);
    expect(a.status.role).toBe('candidate');

    a.answer('d', 'vote', true);
    expect(a.status.role).toBe('leader');
  });

  it('is taken back when its entry is cut from the log', () => {
    const a = new DrivenReplica({ log: [1] });
    const entry = configurationEntry({ index: 2, term: 1 }, ['b', 'c']);
    a.append('b', { term: 1, prev: [1, 1], entries: [entry] });
    expect(a.status).toMatchObject({ role: 'learner', voters: ['b', 'c'], pendingChange: 2 });

    a.append('c', { term: 2, prev: [1, 1], entries: [2] });

    expect(a.status).toMatchObject({ role: 'follower', voters: ['a', 'b', 'c'], pendingChange: undefined });
    a.tick();
    expect(a.status.role).toBe('preCandidate');
  });

  it('survives a restart with the log', () => {
    const a = new DrivenReplica({ log: [1, configurationEntry({ index: 2, term: 1 }, ['a', 'b'])] });

    expect(a.status).toMatchObject({ voters: ['a', 'b'], pendingChange: 2 });
  });

  it.each([
    ['promotes a stranger', change('promote', 'x'), 'x is no member of this group'],
    ['promotes a voter', change('promote', 'b'), 'b is a voter already'],
    ['adds a member again', addLearner('b'), 'b is a member already'],
    ['removes a stranger', change('remove', 'x'), 'x is no member of this group'],
    ['adds a priority that is none', addLearner('x', 1001), 'a priority is an integer from 0 to 1000, got 1001'],
  ])('that %s is refused, with the reason', (_name, wanted, why) => {
    const a = leader();

    const { rejected } = a.changeMembership(wanted);

    expect(rejected).toEqual([{ id: 1, reason: 'impossible', why, leader: 'a', term: 1 }]);
    expect(a.status).toMatchObject({ lastLogIndex: 1, voters: ['a', 'b', 'c'] });
  });

  it.each(['remove', 'demote'] as const)('that would %s the last voter is refused', (kind) => {
    const a = leader({ voters: ['a'] });

    const { rejected } = a.changeMembership(change(kind, 'a'));

    expect(rejected).toMatchObject([{ reason: 'impossible', why: 'the group would have no voter left' }]);
  });

  it('is refused on a follower, and while leadership is handed over', () => {
    const b = new DrivenReplica();
    expect(b.changeMembership(change('remove', 'c')).rejected).toMatchObject([{ reason: 'notLeader' }]);

    const a = leader();
    a.give({ kind: 'transferLeadership', target: toReplicaId('b') });
    expect(a.changeMembership(change('remove', 'c')).rejected).toMatchObject([{ reason: 'transferring' }]);
  });

  it('counts for the bytes that may be uncommitted until it is committed', () => {
    const a = leader({ raft: { maxUncommittedBytes: 1024 } });
    const large = { id: 9, data: new Uint8Array(1000) };

    a.changeMembership(change('remove', 'c'));
    expect(a.give({ kind: 'propose', proposals: [large] }).rejected).toMatchObject([{ reason: 'backpressure' }]);

    a.confirmAppend('b');
    expect(a.give({ kind: 'propose', proposals: [large] }).rejected).toEqual([]);
  });
});

describe('a change that the new group could not commit', () => {
  it('is refused: of those who would remain, a majority must be in contact', () => {
    const a = leader({ voters: ['a', 'b', 'c', 'd'] });
    for (const peer of ['c', 'd']) a.give({ kind: 'peerGone', peer: toReplicaId(peer) });

    expect(a.changeMembership(change('remove', 'b')).rejected).toMatchObject([
      { reason: 'noQuorum', why: 'of the 3 voters there would be, these are in contact: a' },
    ]);
    expect(a.changeMembership(change('remove', 'd')).accepted).toHaveLength(1);
  });

  /**
   * (1) r1 removes r2: r1 alone decides, and has not written it yet when it dies. (2) r1 comes back without the entry and
   * needs r2's vote, but r2's log is longer; r2 has the entry, by which it is no voter.
   */
  it('or that only the removed one has: it stands for election, and hands over when its removal is committed', () => {
    const cluster = new SimulatedCluster({ seed: 1, priorities: [2, 1] });
    cluster.elect();
    cluster.runFor(50);
    cluster.replica('r1').disk.conditions = { syncMinMs: 900, syncMaxMs: 900 };
    cluster.changeMembership('r1', change('remove', 'r2'));
    cluster.runFor(10);
    cluster.kill('r1');
    cluster.replica('r1').disk.conditions = fastDisk;
    cluster.replica('r1').start();
    expect(cluster.replica('r1').status.voters).toEqual(['r1', 'r2']);
    expect(cluster.replica('r2').status.voters).toEqual(['r1']);

    cluster.runUntil(() => cluster.leader?.id === 'r1' && cluster.leader.status.committedInTerm, { withinMs: 6000 });

    expect(cluster.leader?.status).toMatchObject({ voters: ['r1'], pendingChange: undefined });
    cluster.runFor(10_000);
    expect(cluster.replica('r2').status.role).toBe('learner');
  });
});

describe('one change at a time', () => {
  it('a second one is refused until the first is committed', () => {
    const a = leader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.changeMembership(change('remove', 'e'));

    expect(a.changeMembership(change('remove', 'd')).rejected).toMatchObject([
      { reason: 'changePending', why: 'the change at entry 2 is not committed yet' },
    ]);

    for (const peer of ['b', 'c']) a.confirmAppend(peer);
    expect(a.changeMembership(change('remove', 'd')).accepted).toMatchObject([{ index: 3 }]);
  });

  it('a leader changes nothing before it has committed an entry of its own term', () => {
    const a = new DrivenReplica();
    a.becomeLeader();

    expect(a.changeMembership(change('remove', 'c')).rejected).toMatchObject([
      { reason: 'notCommittedInTerm', why: 'no entry of term 1 is committed yet' },
    ]);

    a.confirmAppend('b');
    expect(a.changeMembership(change('remove', 'c')).accepted).toHaveLength(1);
  });

  it('nor while a change that it inherited is uncommitted', () => {
    const a = new DrivenReplica({ log: [1, configurationEntry({ index: 2, term: 1 }, ['a', 'b', 'c', 'd'])] });
    a.tick();
    for (const peer of ['b', 'c']) a.answer(peer, 'preVote', true);
    for (const peer of ['b', 'c']) a.answer(peer, 'vote', true);

    expect(a.changeMembership(change('remove', 'd')).rejected).toHaveLength(1);
  });

  /** Ongaro on raft-dev, 10 July 2015; hydro#3192 shows it in the wild. The steps are those of changeMembership's comment. */
  it('the fork of 2015: a leader that comes back with its own change cannot overwrite what the other one committed', () => {
    const cluster = new SimulatedCluster({ seed: 1, priorities: [9, 8, 7, 1], spares: 1, noticesGoneProcesses: false });
    cluster.elect();
    changeUntilDone(cluster, addLearner('r5'));
    cluster.runFor(500);
    // (1) r1 makes r5 a voter, in its own log only.
    cluster.network.partition(['r1'], ['r2', 'r3', 'r4', 'r5']);
    cluster.changeMembership('r1', change('promote', 'r5'));
    // (2) r2 leads; as soon as it does it removes r4, with r3 as its only witness.
    cluster.runUntil(() => cluster.replica('r2').role === 'candidate', { withinMs: 5000 });
    cluster.listeners.push({
      observe: ({ replica, before }) => {
        if (replica.id !== 'r2' || replica.role !== 'leader' || before.role === 'leader') return;
        cluster.network.partition(['r2', 'r3'], ['r4', 'r5']);
        cluster.clock.after(5, () => cluster.changeMembership('r2', change('remove', 'r4')));
      },
    });
    cluster.runFor(150);
    cluster.propose('r2');
    cluster.runFor(300);
    // (3) r1 is back, and stands with r4 and r5.
    cluster.network.heal();
    cluster.network.partition(['r1', 'r4', 'r5'], ['r2', 'r3']);
    cluster.runFor(5000);
    cluster.network.heal();

    // Whoever leads in the end, the checkers of the cluster saw no entry overwritten.
    cluster.runFor(3000);
    expect([...cluster.refused.values()]).toMatchObject([{ reason: 'notCommittedInTerm' }]);
    expect(cluster.leader?.status.committedInTerm).toBe(true);
  });
});

describe('removing', () => {
  it('the leader itself: it leads until the removal is committed, without counting itself, then hands over', () => {
    const a = leader();

    a.changeMembership(change('remove', 'a'));
    a.confirmAppend('b');
    expect(a.status).toMatchObject({ role: 'leader', commitIndex: 1 });

    a.confirmAppend('c');
    expect(a.status).toMatchObject({ role: 'learner', commitIndex: 2, voters: ['b', 'c'] });
    expect(a.messages('timeoutNowRequest')).toHaveLength(1);
  });

  it('the leader of a group: another one leads within milliseconds, and the removed one stays out', () => {
    const cluster = new SimulatedCluster({ seed: 3 });
    cluster.elect();
    const proposed = cluster.proposeMany('r1', 10);
    cluster.runFor(20);

    cluster.changeMembership('r1', change('remove', 'r1'));
    const tookMs = cluster.runUntil(
      () => cluster.leader?.status.committedInTerm === true && cluster.leader.id !== 'r1',
      {
        withinMs: 500,
      },
    );
    cluster.runFor(5000);

    expect(tookMs).toBeLessThan(50);
    expect(proposed.every((id) => cluster.committed.has(`c${id}`))).toBe(true);
    expect(cluster.leader?.status).toMatchObject({ voters: ['r2', 'r3'], term: 2 });
    expect(cluster.replica('r1').status).toMatchObject({ role: 'learner', voters: ['r2', 'r3'] });
  });

  it('a follower: it is told that it is out', () => {
    const cluster = new SimulatedCluster({ seed: 4 });
    cluster.elect();

    changeUntilDone(cluster, change('remove', 'r3'));
    cluster.runFor(10);

    expect(cluster.replica('r3').status).toMatchObject({
      role: 'learner',
      voters: ['r1', 'r2'],
      pendingChange: undefined,
    });
  });

  it.each([
    ['by its own timeout', () => undefined],
    [
      'nominated again and again',
      (cluster: SimulatedCluster) => {
        const { term } = cluster.replica('r1').status;
        cluster.give('r1', { kind: 'nominate', observedTerm: term });
      },
    ],
  ])('a replica that does not know that it was removed disturbs nobody (%s)', (_name, provoke) => {
    const cluster = new SimulatedCluster({ seed: 5, noticesGoneProcesses: false });
    cluster.elect();
    cluster.network.partition(['r1'], ['r2', 'r3']);
    cluster.runUntil(() => cluster.leader?.id === 'r2' && cluster.leader.status.committedInTerm, { withinMs: 5000 });
    const { term } = cluster.replica('r2').status;
    changeUntilDone(cluster, change('remove', 'r1'));
    cluster.network.heal();

    for (let time = 0; time < 100; time += 1) {
      provoke(cluster);
      cluster.runFor(100);
    }

    expect(cluster.leader?.status).toMatchObject({ id: 'r2', term, voters: ['r2', 'r3'] });
    expect(cluster.replica('r1').status).toMatchObject({ role: 'preCandidate', term });
  });

  it('two voters of five, one after the other, under load', () => {
    const cluster = new SimulatedCluster({ seed: 6, priorities: [5, 4, 3, 2, 1] });
    const { id } = cluster.elect();

    cluster.proposeMany(id, 20);
    changeUntilDone(cluster, change('remove', 'r4'));
    cluster.proposeMany(id, 20);
    changeUntilDone(cluster, change('remove', 'r5'));
    for (const gone of ['r4', 'r5']) cluster.kill(gone);
    cluster.kill('r3');
    cluster.proposeMany(id, 20);
    cluster.runFor(100);

    expect(cluster.committed.commands).toHaveLength(60);
  });
});

describe('growing', () => {
  it('a group of one becomes a group of three that survives its first member', () => {
    const cluster = new SimulatedCluster({ seed: 7, priorities: [1], spares: 2 });
    cluster.elect();
    cluster.proposeMany('r1', 50);

    addVoter(cluster, 'r2');
    addVoter(cluster, 'r3');
    expect(cluster.leader?.status.voters).toEqual(['r1', 'r2', 'r3']);

    cluster.kill('r1');
    cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 3000 });
    expect(cluster.replica('r2').applied.count).toBe(50);
  });

  it('a member with the highest priority takes over by transfer when it has been there for the stable period', () => {
    const cluster = new SimulatedCluster({ seed: 8, spares: 1, raft: { priorityTakeoverStableMs: 2000 } });
    cluster.elect();

    addVoter(cluster, 'r4', 100);
    expect(cluster.leader?.id).toBe('r1');

    cluster.runUntil(() => cluster.leader?.id === 'r4', { withinMs: 3000 });
    cluster.runFor(20_000);
    expect(cluster.leader?.status).toMatchObject({ id: 'r4', term: 2 });
  });

  it('tells everybody what the driver wants to know about the new member', () => {
    const cluster = new SimulatedCluster({ seed: 9, spares: 1 });
    cluster.elect();
    const member: ReplicaId = toReplicaId('r4');

    changeUntilDone(cluster, { kind: 'addLearner', member, priority: 7, context: 'http://r4:1' });
    cluster.runFor(20);

    for (const id of ['r1', 'r2', 'r3', 'r4']) {
      expect(cluster.replica(id).status.members.find((each) => each.id === member)).toEqual({
        id: 'r4',
        kind: 'learner',
        priority: 7,
        storeId: 0,
        context: 'http://r4:1',
      });
    }
  });

  it('a replica is replaced: the new one is added, the old one removed, nothing is lost', () => {
    const cluster = new SimulatedCluster({ seed: 10, spares: 1 });
    cluster.elect();
    cluster.proposeMany('r1', 30);
    cluster.kill('r3');

    addVoter(cluster, 'r4');
    changeUntilDone(cluster, change('remove', 'r3'));
    cluster.kill('r1');
    cluster.runUntil(() => cluster.leader?.status.committedInTerm === true, { withinMs: 3000 });

    expect(cluster.leader?.status.voters).toEqual(['r1', 'r2', 'r4']);
    expect(cluster.committed.commands).toHaveLength(30);
  });
});

describe('the configuration in snapshots', () => {
  it('is as of the snapshot, not the latest', () => {
    const a = leader();
    a.changeMembership(change('demote', 'c'));
    a.confirmAppend('b');
    a.propose('x');
    a.confirmAppend('b');
    a.changeMembership(change('remove', 'c'));

    const effects = a.give({ kind: 'snapshotTaken', index: a.status.commitIndex, data: new Uint8Array(1) });

    expect(effects.persist?.snapshot?.configuration?.members.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'a voter',
      'b voter',
      'c learner',
    ]);
  });

  it('is absent as long as nothing was changed, so that the options stay in charge', () => {
    const a = leader();

    const effects = a.give({ kind: 'snapshotTaken', index: a.status.commitIndex, data: new Uint8Array(1) });

    expect(effects.persist?.snapshot).toMatchObject({ index: 1, configuration: undefined });
  });

  it('outlives the entries: a group is restarted whose log no longer holds the change', () => {
    const cluster = new SimulatedCluster({ seed: 11, spares: 1, raft: { trailingEntries: 0 } });
    for (const replica of cluster.replicas) replica.snapshotEvery = 10;
    cluster.elect();
    addVoter(cluster, 'r4');
    changeUntilDone(cluster, change('remove', 'r3'));
    cluster.proposeMany('r1', 40);
    cluster.runFor(100);

    for (const { id } of cluster.replicas) cluster.kill(id);
    cluster.elect();

    expect(cluster.leader?.status.firstLogIndex).toBeGreaterThan(20);
    expect(cluster.leader?.status.voters).toEqual(['r1', 'r2', 'r4']);
  });

  it('reaches a learner that gets a snapshot in pieces, interrupted by a crash', () => {
    const raft = { trailingEntries: 0, snapshotChunkBytes: 50 };
    const cluster = new SimulatedCluster({ seed: 12, spares: 2, raft });
    for (const replica of cluster.replicas.slice(0, 3)) replica.snapshotEvery = 5;
    cluster.elect();
    changeUntilDone(cluster, addLearner('r5'));
    cluster.network.partition(['r4'], ['r1', 'r2', 'r3', 'r5']);
    changeUntilDone(cluster, addLearner('r4'));
    cluster.proposeMany('r1', 40);
    cluster.runFor(100);

    // No entry that is left in anybody's log says who belongs to the group.
    cluster.network.heal();
    const isSent = () => cluster.events.some(({ event }) => event.kind === 'snapshotSent' && event.peer === 'r4');
    cluster.runUntil(isSent, { withinMs: 1000 });
    cluster.runFor(4);
    expect(cluster.replica('r4').status.commitIndex).toBe(0);
    cluster.kill('r4');
    cluster.replica('r4').start();
    cluster.runUntil(() => cluster.replica('r4').applied.count === 40, { withinMs: 2000 });
    cluster.runFor(50);

    expect(cluster.replica('r4').status).toMatchObject({ voters: ['r1', 'r2', 'r3'], learners: ['r4', 'r5'] });
  });
});
