import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toLogIndex, toReplicaId, toTerm } from '../ids.js';
import { progressOf } from '../raft.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

function leader(options: ConstructorParameters<typeof DrivenReplica>[0] = {}): DrivenReplica {
  const a = new DrivenReplica(options);
  a.becomeLeader();
  for (const peer of a.peers) a.confirmAppend(peer);
  return a;
}

function conflictFrom(
  a: DrivenReplica,
  peer: string,
  requestId: number,
  conflict: { index: number; term?: number },
): void {
  const { index, term } = conflict;
  a.receive(peer, {
    kind: 'appendResponse',
    requestId,
    term: a.status.term,
    matchIndex: undefined,
    conflict: { index: toLogIndex(index), term: term === undefined ? undefined : toTerm(term) },
  });
}

describe('the pipeline to a follower', () => {
  it('has at most two requests under way; what is proposed meanwhile becomes one batch', () => {
    const a = leader({ raft: { maxInflightBatches: 2 } });
    const before = a.messages('appendRequest', 'b').length;

    for (const text of ['p', 'q', 'r', 's']) a.propose(text);
    expect(a.messages('appendRequest', 'b')).toHaveLength(before + 2);

    a.confirmAppend('b');
    const batch = a.latest('appendRequest', 'b');
    expect(batch.entries.map((entry) => entry.index)).toEqual([4, 5]);
  });

  it('cuts batches by entries and by bytes; an entry larger than a batch travels alone', () => {
    const a = leader({ raft: { maxBatchBytes: 1024, maxBatchEntries: 3, maxInflightBatches: 64 } });
    const sizes = [1, 1, 1, 1, 600, 600, 9000, 1];
    const proposals = sizes.map((size, offset) => ({ id: offset, data: new Uint8Array(size) }));
    const before = a.messages('appendRequest', 'b').length;

    a.give({ kind: 'propose', proposals });

    const batches = a
      .messages('appendRequest', 'b')
      .slice(before)
      .map((request) => request.entries.map((entry) => entry.data.byteLength));
    expect(batches).toEqual([[1, 1, 1], [1, 600], [600], [9000], [1]]);
  });

  it('probes with one request at a time until the logs are known to agree', () => {
    const a = new DrivenReplica({ log: [1, 1, 1] });
    a.becomeLeader();

    for (const text of ['p', 'q', 'r']) a.propose(text);

    expect(a.messages('appendRequest', 'b')).toHaveLength(1);
    expect(progressOf(a.raft)).toMatchObject([{ peer: 'b', state: 'probe', matchIndex: 0 }, { peer: 'c' }]);
    expect(progressOf(a.raft)[0]?.lastContactAt).toBeUndefined();
  });

  it('a request that overtook another one is sent again after the answer to that one, nothing else is', () => {
    const a = leader({ raft: { maxInflightBatches: 2 } });
    a.propose('p');
    const first = a.latest('appendRequest', 'b');
    a.propose('q');
    const second = a.latest('appendRequest', 'b');
    const sent = a.messages('appendRequest', 'b').length;

    conflictFrom(a, 'b', second.requestId, { index: 2 });
    expect(a.messages('appendRequest', 'b')).toHaveLength(sent);

    a.receive('b', {
      kind: 'appendResponse',
      requestId: first.requestId,
      term: toTerm(1),
      matchIndex: toLogIndex(2),
      conflict: undefined,
    });

    expect(a.messages('appendRequest', 'b')).toHaveLength(sent + 1);
    expect(a.latest('appendRequest', 'b').entries.map((entry) => entry.index)).toEqual([3]);
  });

  it('an answer of an earlier leadership of the same replica counts for nothing', () => {
    const a = leader();
    a.propose('p');
    const old = a.latest('appendRequest', 'b');
    a.heartbeat('c', { term: 5 });
    a.wait(2000);
    a.becomeLeader();

    a.receive('b', {
      kind: 'appendResponse',
      requestId: old.requestId,
      term: toTerm(1),
      matchIndex: toLogIndex(2),
      conflict: undefined,
    });

    expect(progressOf(a.raft).map(({ matchIndex }) => matchIndex)).toEqual([0, 0]);
    expect(a.trace.at(-1)).toMatchObject({ kind: 'messageDropped', messageKind: 'appendResponse' });
  });

  it('an answer that comes twice changes nothing the second time', () => {
    const a = leader();
    a.propose('p');
    const { requestId } = a.latest('appendRequest', 'b');
    const answer = {
      kind: 'appendResponse',
      requestId,
      term: toTerm(1),
      matchIndex: toLogIndex(2),
      conflict: undefined,
    } as const;
    a.receive('b', answer);
    const sent = a.sent.length;

    a.receive('b', answer);

    expect(a.sent).toHaveLength(sent);
    expect(a.status.commitIndex).toBe(2);
  });

  it('a match that is beyond the own log is a broken promise', () => {
    const a = leader();
    a.propose('p');
    const { requestId } = a.latest('appendRequest', 'b');

    expect(() =>
      a.receive('b', {
        kind: 'appendResponse',
        requestId,
        term: toTerm(1),
        matchIndex: toLogIndex(9),
        conflict: undefined,
      }),
    ).toThrow(/cannot match entry 9/);
  });

  it('a follower whose disk was replaced is noticed and given everything again', () => {
    const a = leader();
    a.propose('p');
    const { requestId } = a.latest('appendRequest', 'b');

    conflictFrom(a, 'b', requestId, { index: 1 });

    expect(a.trace.at(-1)).toMatchObject({ kind: 'followerRegressed', peer: 'b', matchIndex: 1, conflictIndex: 1 });
    expect(a.latest('appendRequest', 'b')).toMatchObject({ prevLogIndex: 0 });
  });

  it('when the process of a follower goes, what was under way is asked about at once', () => {
    const a = leader();
    a.propose('p');

    a.give({ kind: 'peerGone', peer: toReplicaId('b') });

    expect(a.latest('appendRequest', 'b')).toMatchObject({ prevLogIndex: 2, entries: [] });
  });

  it('when it goes while nothing is under way, it still counts as caught up: nothing is in doubt', () => {
    const a = leader();
    const sent = a.sent.length;

    a.give({ kind: 'peerGone', peer: toReplicaId('b') });

    expect(progressOf(a.raft).find(({ peer }) => peer === 'b')).toMatchObject({ state: 'replicate', matchIndex: 1 });
    expect(a.sent).toHaveLength(sent);
  });

  it.each([
    ['it still has what it had confirmed: nothing more is asked', undefined],
    ['its disk was rolled back: that is noticed although nothing is written, and it is sent everything again', 1],
  ])('when it is back, %s', (_name, conflictIndex) => {
    const a = leader();
    a.give({ kind: 'peerGone', peer: toReplicaId('b') });
    a.wait(50);
    a.confirmHeartbeat('b');
    const asked = a.latest('appendRequest', 'b');
    expect(asked).toMatchObject({ prevLogIndex: 1, entries: [] });

    if (conflictIndex === undefined) a.confirmAppend('b');
    else conflictFrom(a, 'b', asked.requestId, { index: conflictIndex });

    const regressed = a.trace.filter(({ kind }) => kind === 'followerRegressed');
    expect(regressed).toHaveLength(conflictIndex === undefined ? 0 : 1);
    const again = a.latest('appendRequest', 'b');
    expect(again.requestId === asked.requestId).toBe(conflictIndex === undefined);
    expect(again.prevLogIndex).toBe(conflictIndex === undefined ? 1 : 0);
  });
});

describe('the conflict hint', () => {
  const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

  it.each([
    ['a log that is too short: its end', { index: 5 }, 5],
    ['a term that the leader has too: behind the last entry of it', { index: 4, term: 4 }, 6],
    ['a term that the leader has not, older than its own there: the first entry of it', { index: 4, term: 2 }, 4],
    ['a term that the leader has not, newer than its own there: the first entry of it', { index: 8, term: 7 }, 8],
  ])('%s', (_name, conflict, nextIndex) => {
    const a = new DrivenReplica({ term: 7, log: leaderLog });
    a.becomeLeader();

    conflictFrom(a, 'b', a.latest('appendRequest', 'b').requestId, conflict);

    expect(a.latest('appendRequest', 'b').prevLogIndex).toBe(nextIndex - 1);
  });

  it('leads any two logs to agree, in at most one round for each term of the two', () => {
    const terms = fc
      .array(fc.integer({ min: 1, max: 8 }), { maxLength: 40 })
      .map((list) => [...list].sort((left, right) => left - right));
    fc.assert(
      fc.property(terms, terms, (leaderTerms, followerTerms) => {
        // Entries of one term and place are equal by construction, as Log Matching demands; so cut where histories part.
        const common = leaderTerms.findIndex((term, offset) => followerTerms[offset] !== term);
        const shared = common === -1 ? leaderTerms.length : common;
        const ownTerms = followerTerms.slice(shared).map((term) => 2 * term + 1);
        const follower = [
          ...leaderTerms.slice(0, shared).map((term) => 2 * term),
          ...ownTerms.sort((left, right) => left - right),
        ].filter((term, offset, list) => offset === 0 || term >= (list[offset - 1] ?? 0));
        const a = new DrivenReplica({ term: 40, log: leaderTerms.map((term) => 2 * term) });
        const b = new DrivenReplica({ voters: ['b', 'a', 'c'], term: 40, log: follower });
        a.becomeLeader();

        let rounds = 0;
        while (b.logTerms.join() !== a.logTerms.join() && rounds < 100) {
          rounds += 1;
          const response = b.receive('a', a.latest('appendRequest', 'b'));
          if (response !== undefined) a.receive('b', response);
        }

        const distinct = new Set([...leaderTerms, ...follower]).size;
        expect(b.logTerms).toEqual(a.logTerms);
        expect(rounds).toBeLessThanOrEqual(distinct + 2);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the commit index', () => {
  it('travels with the next append', () => {
    const a = leader({ raft: { commitNoticeDelayMs: 4 } });
    a.propose('p');
    a.confirmAppend('b');

    a.propose('q');

    expect(a.latest('appendRequest', 'b').commitIndex).toBe(2);
    expect(a.messages('heartbeatRequest')).toHaveLength(0);
  });

  it('without a next append is told by an early heartbeat after the notice delay, once', () => {
    const a = leader({ raft: { commitNoticeDelayMs: 4 } });
    const start = a.now;
    for (const peer of a.peers) a.confirmAppend(peer);

    a.tick();
    expect(a.now - start).toBe(4);
    expect(a.latest('heartbeatRequest', 'b').commitIndex).toBe(1);

    a.tick();
    expect(a.now - start).toBeGreaterThan(90);
  });

  it('is not told again and again to a follower that answers nothing; the next heartbeat tells it', () => {
    const a = leader();
    for (const peer of a.peers) a.confirmHeartbeat(peer);
    const before = a.messages('heartbeatRequest', 'b').length;

    for (let text = 0; text < 30; text += 1) {
      a.propose(`p${text}`);
      for (const peer of a.peers) a.confirmAppend(peer);
      a.confirmHeartbeat('c');
    }
    expect(a.messages('heartbeatRequest', 'b').length - before).toBe(4);
    expect(a.latest('heartbeatRequest', 'c').commitIndex).toBe(31);

    a.tick();
    expect(a.latest('heartbeatRequest', 'b').commitIndex).toBe(31);
  });

  it('told to a follower never exceeds what it is known to have', () => {
    const a = leader();
    a.propose('p');
    a.confirmAppend('b');
    a.tick();

    expect(a.status.commitIndex).toBe(2);
    expect(a.latest('heartbeatRequest', 'b').commitIndex).toBe(2);
    expect(a.latest('heartbeatRequest', 'c').commitIndex).toBe(1);
  });

  it('in an idle group is known everywhere long before the next heartbeat', () => {
    const cluster = new SimulatedCluster({ seed: 40 });
    const { id } = cluster.elect();
    cluster.runFor(50);

    cluster.propose(id);
    const tookMs = cluster.runUntil(() => cluster.replicas.every((replica) => replica.applied.count === 1), {
      withinMs: 1000,
    });

    expect(tookMs).toBeLessThan(40);
  });
});

describe('a group', () => {
  it.each([1, 2, 3, 4, 5])('commits everything over a network that loses, repeats and reorders (seed %i)', (seed) => {
    const cluster = new SimulatedCluster({ seed, raft: { maxInflightBatches: 4, maxBatchEntries: 4 } });
    const { id } = cluster.elect();
    cluster.network.conditions = {
      delayMinMs: 0.1,
      delayMaxMs: 40,
      loss: 0.1,
      duplication: 0.3,
      late: 0.1,
      lateMs: 200,
    };

    for (let time = 0; time < 100; time += 1) {
      cluster.proposeMany(id, 3);
      cluster.runFor(10);
    }
    cluster.network.conditions = { ...cluster.network.conditions, loss: 0, duplication: 0 };
    cluster.runUntil(() => cluster.replicas.every((replica) => replica.applied.count >= 300), { withinMs: 10_000 });

    expect(cluster.leader?.status.term).toBe(1);
    expect(cluster.committed.commands).toHaveLength(300);
  });

  it('that is killed altogether has everything acknowledged after its restart', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cluster = new SimulatedCluster({ seed });
      const { id } = cluster.elect();
      for (let time = 0; time < 20; time += 1) {
        cluster.proposeMany(id, 5);
        cluster.runFor(2);
      }
      const acknowledged = cluster.committed.commands;
      for (const replica of cluster.replicas) replica.crash();

      cluster.elect();
      cluster.runFor(200);

      expect(cluster.committed.commands.slice(0, acknowledged.length)).toEqual(acknowledged);
      for (const replica of cluster.replicas) expect(replica.applied.digest).toBe(cluster.committed.digest);
    }
  });

  it('a follower with a replaced disk ends with the same log', () => {
    const cluster = new SimulatedCluster({ seed: 42, noticesGoneProcesses: false });
    const { id } = cluster.elect();
    cluster.proposeMany(id, 50);
    cluster.runFor(100);
    cluster.replica('r3').crash();
    cluster.replica('r3').disk.wipe();
    cluster.runFor(50);

    cluster.replica('r3').start();
    cluster.propose(id);
    cluster.runUntil(() => cluster.replica('r3').applied.count === 51, { withinMs: 2000 });

    expect(cluster.replica('r3').applied.digest).toBe(cluster.committed.digest);
  });
});
