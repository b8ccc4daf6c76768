import { describe, expect, it } from '@jest/globals';
import { toLogIndex, toReplicaId, toTerm } from './ids.js';
import { entryTerm } from './raft.js';
import { DrivenReplica } from './testing/driven-replica.js';
import { textOf } from './testing/text-bytes.js';

/**
 * Goal: one test for each rule of "In Search of an Understandable Consensus Algorithm (Extended Version)" (Ongaro and
 * Ousterhout 2014). Method: one replica, a; the words of b, c … are the test's. Where this implementation differs
 * from the paper (it asks for pre-votes first), the test says so.
 */
describe('Raft §5.1, terms', () => {
  it.each([
    ['an append', (a: DrivenReplica) => a.append('b', { term: 5, prev: [0, 0] })],
    ['a heartbeat', (a: DrivenReplica) => a.heartbeat('b', { term: 5 })],
    ['a vote request', (a: DrivenReplica) => a.vote('b', { term: 5, last: [0, 0] })],
  ])('a follower adopts the newer term of %s', (_name, arrive) => {
    const a = new DrivenReplica({ term: 2 });

    arrive(a);

    expect(a.status).toMatchObject({ role: 'follower', term: 5 });
  });

  it.each(['append', 'heartbeat'] as const)(
    'a leader that hears of a newer term in the answer to its %s retreats',
    (kind) => {
      const a = new DrivenReplica();
      a.becomeLeader();
      a.tick();

      const { requestId } = a.latest(`${kind}Request`, 'b');
      const term = toTerm(9);
      if (kind === 'append')
        a.receive('b', { kind: 'appendResponse', requestId, term, matchIndex: undefined, conflict: undefined });
      else a.receive('b', { kind: 'heartbeatResponse', requestId, term });

      expect(a.status).toMatchObject({ role: 'follower', term: 9, leader: undefined });
    },
  );

  it('a candidate that hears of a newer term retreats', () => {
    const a = new DrivenReplica();
    a.tick();
    a.answer('b', 'preVote', true);

    const { requestId } = a.latest('voteRequest', 'b');
    a.receive('b', { kind: 'voteResponse', requestId, term: toTerm(7), granted: false });

    expect(a.status).toMatchObject({ role: 'follower', term: 7 });
  });

  it('a request of an older term is refused with the own term, and changes nothing', () => {
    const a = new DrivenReplica({ log: [1, 3] });

    const append = a.append('b', { term: 2, prev: [2, 3], entries: [3], commit: 3 });
    const heartbeat = a.heartbeat('b', { term: 2, commit: 2 });
    const vote = a.vote('b', { term: 2, last: [9, 9] });

    expect(append).toMatchObject({ term: 3, matchIndex: undefined, conflict: undefined });
    expect(heartbeat).toMatchObject({ term: 3 });
    expect(vote).toBe(false);
    expect(a.status).toMatchObject({ leader: undefined, lastLogIndex: 2, commitIndex: 0 });
  });

  it('the term is durable before an append of it is acknowledged', () => {
    const a = new DrivenReplica({ term: 1, instantDisk: false });

    a.give({
      kind: 'message',
      from: toReplicaId('b'),
      message: {
        kind: 'appendRequest',
        requestId: 1,
        term: toTerm(4),
        prevLogIndex: toLogIndex(0),
        prevLogTerm: toTerm(0),
        entries: [],
        commitIndex: toLogIndex(0),
      },
    });

    expect(a.last?.persist?.hardState).toEqual({ term: 4, votedFor: undefined });
    expect(a.messages('appendResponse')).toHaveLength(0);

    a.persistAll();

    expect(a.messages('appendResponse')).toHaveLength(1);
  });

  it('a heartbeat is answered without waiting for the disk: a slow disk is no dead process', () => {
    const a = new DrivenReplica({ term: 1, instantDisk: false });

    a.heartbeat('b', { term: 4 });

    expect(a.status).toMatchObject({ term: 4, leader: 'b' });
    expect(a.messages('heartbeatResponse')).toMatchObject([{ term: 4 }]);
  });
});

describe('Raft §5.2, leader election', () => {
  it('a replica starts as follower, whatever it was before', () => {
    const a = new DrivenReplica({ term: 4, votedFor: 'a', log: [1, 4] });

    expect(a.status).toMatchObject({ role: 'follower', term: 4, votedFor: 'a', leader: undefined, commitIndex: 0 });
  });

  it('a leader sends heartbeats to everybody in each interval', () => {
    const a = new DrivenReplica({ raft: { heartbeatIntervalMs: 100 } });
    a.becomeLeader();

    a.wait(100);
    a.give({ kind: 'tick' });

    expect(a.latest('heartbeatRequest', 'b')).toMatchObject({ term: 1 });
    expect(a.latest('heartbeatRequest', 'c')).toMatchObject({ term: 1 });
  });

  it('a follower without word from a leader stands for election: new term, own vote, requests to all others', () => {
    const a = new DrivenReplica({ term: 2, log: [1, 2] });

    a.tick();
    a.answer('b', 'preVote', true);

    expect(a.status).toMatchObject({ role: 'candidate', term: 3, votedFor: 'a' });
    for (const peer of ['b', 'c'])
      expect(a.latest('voteRequest', peer)).toMatchObject({ term: 3, lastLogIndex: 2, lastLogTerm: 2 });
  });

  it('word from a leader postpones the election by a whole timeout', () => {
    const a = new DrivenReplica({ raft: { electionTimeoutMinMs: 500, electionTimeoutMaxMs: 1000 } });

    for (let beat = 0; beat < 50; beat += 1) {
      a.wait(400);
      a.heartbeat('b', { term: 1 });
      a.give({ kind: 'tick' });
    }

    expect(a.status).toMatchObject({ role: 'follower', leader: 'b', term: 1 });
  });

  it("the candidate's vote is durable before it asks for others'", () => {
    const a = new DrivenReplica({ instantDisk: false });
    a.tick();

    a.answer('b', 'preVote', true);

    expect(a.last?.persist?.hardState).toEqual({ term: 1, votedFor: 'a' });
    expect(a.messages('voteRequest')).toHaveLength(0);

    a.persistAll();

    expect(a.messages('voteRequest')).toHaveLength(2);
  });

  it.each([
    [1, [], 'leader'],
    [3, [true], 'leader'],
    [3, [false], 'candidate'],
    [3, [], 'candidate'],
    [4, [true], 'candidate'],
    [4, [true, true], 'leader'],
    [5, [true], 'candidate'],
    [5, [true, false], 'candidate'],
    [5, [true, true], 'leader'],
    [5, [false, false, true, true], 'leader'],
  ] as const)('of %i voters, the answers %j make the candidate a %s', (size, answers, role) => {
    const names = ['a', 'b', 'c', 'd', 'e'].slice(0, size);
    const a = new DrivenReplica({ voters: names });
    a.tick();
    for (const peer of a.peers) if (a.status.role === 'preCandidate') a.answer(peer, 'preVote', true);

    answers.forEach((granted, offset) => a.answer(names[offset + 1] ?? '', 'vote', granted));

    expect(a.status.role).toBe(role);
  });

  it('the same vote, repeated by the network, counts once', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.tick();
    for (const peer of ['b', 'c']) a.answer(peer, 'preVote', true);

    for (let copy = 0; copy < 4; copy += 1) a.answer('b', 'vote', true);

    expect(a.status.role).toBe('candidate');
  });

  it('a vote of an earlier election does not count in a later one', () => {
    const a = new DrivenReplica();
    a.tick();
    a.answer('b', 'preVote', true);
    const old = a.latest('voteRequest', 'c');
    a.tick();
    while (a.status.role !== 'preCandidate' && a.now < 10_000) a.tick();
    a.answer('b', 'preVote', true);
    expect(a.status).toMatchObject({ role: 'candidate', term: 2 });

    a.receive('c', { kind: 'voteResponse', requestId: old.requestId, term: toTerm(1), granted: true });

    expect(a.status.role).toBe('candidate');
  });

  it('a vote that was given to an earlier process of this replica, in an earlier term, does not count now', () => {
    const before = new DrivenReplica({ term: 3 });
    before.tick();
    before.answer('b', 'preVote', true);
    const old = before.latest('voteRequest', 'c');
    const a = new DrivenReplica({ term: 4, votedFor: 'a' });
    a.tick();
    a.answer('b', 'preVote', true);
    // Request ids begin anew with each process, so this one has the same.
    expect(a.latest('voteRequest', 'c').requestId).toBe(old.requestId);

    a.receive('c', { kind: 'voteResponse', requestId: old.requestId, term: toTerm(4), granted: true });

    expect(a.status).toMatchObject({ role: 'candidate', term: 5 });
  });

  it.each([
    ['nobody yet', undefined, true],
    ['the same candidate (its request came twice)', 'b', true],
    ['another candidate', 'c', false],
    ['itself', 'a', false],
  ])('one vote a term, first come first served: having voted for %s', (_whom, votedFor, granted) => {
    const a = new DrivenReplica({ term: 3, ...(votedFor === undefined ? {} : { votedFor }) });

    expect(a.vote('b', { term: 3, last: [0, 0] })).toBe(granted);
  });

  it('a vote is durable before it is given', () => {
    const a = new DrivenReplica({ instantDisk: false });

    const answered = a.vote('b', { term: 1, last: [0, 0] });

    expect(answered).toBeUndefined();
    expect(a.last?.persist?.hardState).toEqual({ term: 1, votedFor: 'b' });

    a.persistAll();

    expect(a.messages('voteResponse', 'b')).toMatchObject([{ granted: true, term: 1 }]);
  });

  it.each([3, 4])('a candidate of term 3 retreats when a leader of term %i appends', (term) => {
    const a = new DrivenReplica({ term: 2 });
    a.tick();
    a.answer('b', 'preVote', true);
    expect(a.status).toMatchObject({ role: 'candidate', term: 3 });

    a.append('c', { term, prev: [0, 0] });

    expect(a.status).toMatchObject({ role: 'follower', leader: 'c', term });
  });

  it('two leaders of one term are a broken promise, not a situation', () => {
    const a = new DrivenReplica();
    a.becomeLeader();

    expect(() => a.append('b', { term: 1, prev: [0, 0] })).toThrow(/one leader a term/);
  });

  it('a split vote ends in a new election of a higher term', () => {
    const a = new DrivenReplica();
    a.tick();
    a.answer('b', 'preVote', true);
    a.answer('b', 'vote', false);
    a.answer('c', 'vote', false);

    a.tick();
    a.answer('b', 'preVote', true);

    expect(a.status).toMatchObject({ role: 'candidate', term: 2 });
  });

  it('election timeouts are drawn at random', () => {
    const timeouts = Array.from({ length: 50 }, (_unused, seed) => {
      const a = new DrivenReplica({ seed: seed + 1 });
      a.tick();
      return a.now;
    });

    expect(new Set(timeouts).size).toBe(50);
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...timeouts)).toBeLessThanOrEqual(1000);
  });

  it('a vote request that is not answered is sent again', () => {
    const a = new DrivenReplica();
    a.tick();
    a.answer('b', 'preVote', true);
    a.answer('b', 'vote', false);

    while (a.messages('voteRequest', 'c').length < 2 && a.now < 5000) a.tick();

    expect(a.status).toMatchObject({ role: 'candidate', term: 1 });
    expect(a.messages('voteRequest', 'b')).toHaveLength(1);
  });
});

describe('Raft §5.3, log replication', () => {
  it('a leader appends a command and sends it in parallel with its own disk write', () => {
    const a = new DrivenReplica();
    a.becomeLeader();
    a.confirmAppend('b');
    a.confirmAppend('c');

    const effects = a.propose('x');

    expect(effects.persist?.entries.map((entry) => textOf(entry.data))).toEqual(['x']);
    expect(effects.send.filter(({ message }) => message.kind === 'appendRequest')).toHaveLength(2);
    expect(effects.accepted).toEqual([{ id: 1, index: 2, term: 1 }]);
  });

  it('an entry is committed once a majority has it', () => {
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
    a.becomeLeader();

    a.confirmAppend('b');

    expect(a.status.commitIndex).toBe(0);

    a.confirmAppend('c');

    expect(a.status.commitIndex).toBe(1);
    expect(a.committed).toMatchObject([{ index: 1, kind: 'noop' }]);
  });

  it("the leader's own copy counts when it is durable, and not before", () => {
    const a = new DrivenReplica({ instantDisk: false });
    a.tick();
    a.answer('b', 'preVote', true);
    a.persistAll();
    a.answer('b', 'vote', true);

    a.confirmAppend('b');

    expect(a.status.commitIndex).toBe(0);

    a.persistAll();

    expect(a.status.commitIndex).toBe(1);
  });

  it("two followers commit without the leader's disk (dissertation §10.2.1)", () => {
    const a = new DrivenReplica({ instantDisk: false });
    a.tick();
    a.answer('b', 'preVote', true);
    a.persistAll();
    a.answer('b', 'vote', true);

    a.confirmAppend('b');
    a.confirmAppend('c');

    expect(a.status.commitIndex).toBe(1);
  });

  it('committing an entry commits everything before it, also of earlier leaders', () => {
    const a = new DrivenReplica({ log: [1, 2, 2] });
    a.becomeLeader();

    a.confirmAppend('b');

    expect(a.committed.map((entry) => entry.index)).toEqual([1, 2, 3, 4]);
  });

  it('a follower learns from the leader what is committed, up to what it has', () => {
    const a = new DrivenReplica();

    a.append('b', { term: 1, prev: [0, 0], entries: [1, 1], commit: 5 });

    expect(a.committed.map((entry) => entry.index)).toEqual([1, 2]);
  });

  it('a follower commits only what the request vouches for: behind it may be entries of a rival', () => {
    const a = new DrivenReplica({ log: [1, 2, 2] });

    a.append('b', { term: 3, prev: [1, 1], commit: 3 });

    expect(a.status).toMatchObject({ commitIndex: 1, lastLogIndex: 3 });
  });

  it('a follower hands each committed entry out once', () => {
    const a = new DrivenReplica();

    for (let copy = 0; copy < 3; copy += 1) a.append('b', { term: 1, prev: [0, 0], entries: [1, 1], commit: 2 });
    a.heartbeat('b', { term: 1, commit: 2 });

    expect(a.committed.map((entry) => entry.index)).toEqual([1, 2]);
  });

  it.each([
    ['before everything', [0, 0], undefined],
    ['where the logs agree', [2, 2], undefined],
    ['beyond the end', [4, 3], { index: 4, term: undefined }],
    ['where the terms differ: hint is the first entry of that term', [3, 4], { index: 2, term: 2 }],
  ] as const)('consistency check %s', (_name, prev, conflict) => {
    const a = new DrivenReplica({ log: [1, 2, 2] });

    const response = a.append('b', { term: 5, prev });

    expect(response.conflict).toEqual(conflict);
    expect(response.matchIndex).toBe(conflict === undefined ? prev[0] : undefined);
  });

  it.each([
    ['appends behind the end', [3, 3], [4], [1, 2, 3, 4]],
    ['cuts a conflicting suffix', [1, 1], [4], [1, 4]],
    ['cuts from the first conflict on', [1, 1], [2, 4], [1, 2, 4]],
    ['keeps what it already has when the request brings nothing new', [0, 0], [1], [1, 2, 3]],
    ['keeps entries behind an overtaken request', [1, 1], [2], [1, 2, 3]],
    ['replaces everything', [0, 0], [4, 4], [4, 4]],
  ] as const)('a follower with terms 1 2 3 %s', (_name, prev, entries, expected) => {
    const a = new DrivenReplica({ log: [1, 2, 3] });

    const response = a.append('b', { term: 4, prev, entries });

    expect(a.logTerms).toEqual(expected);
    expect(response.matchIndex).toBe(prev[0] + entries.length);
  });

  it('an append is acknowledged when its entries are durable', () => {
    const a = new DrivenReplica({ term: 1, instantDisk: false });
    const entry = { index: toLogIndex(1), term: toTerm(1), kind: 'command', data: new Uint8Array(1) } as const;

    a.give({
      kind: 'message',
      from: toReplicaId('b'),
      message: {
        kind: 'appendRequest',
        requestId: 1,
        term: toTerm(1),
        prevLogIndex: toLogIndex(0),
        prevLogTerm: toTerm(0),
        entries: [entry],
        commitIndex: toLogIndex(0),
      },
    });

    expect(a.messages('appendResponse')).toHaveLength(0);

    a.persistAll();

    expect(a.messages('appendResponse', 'b')).toMatchObject([{ matchIndex: 1 }]);
  });

  it('an acknowledgement of entries that are durable already does not wait for later ones', () => {
    const a = new DrivenReplica({ log: [1, 1], instantDisk: false });
    const later = { index: toLogIndex(3), term: toTerm(1), kind: 'command', data: new Uint8Array(1) } as const;
    const request = {
      kind: 'appendRequest',
      term: toTerm(1),
      prevLogIndex: toLogIndex(2),
      prevLogTerm: toTerm(1),
      commitIndex: toLogIndex(0),
    } as const;
    a.give({ kind: 'message', from: toReplicaId('b'), message: { ...request, requestId: 1, entries: [later] } });

    a.give({ kind: 'message', from: toReplicaId('b'), message: { ...request, requestId: 2, entries: [] } });

    expect(a.messages('appendResponse')).toMatchObject([{ requestId: 2, matchIndex: 2 }]);
  });

  it('entries that were replaced before they were durable do not make their successors durable', () => {
    const a = new DrivenReplica({ term: 1, instantDisk: false });
    const entry = (index: number, term: number) =>
      ({ index: toLogIndex(index), term: toTerm(term), kind: 'command', data: new Uint8Array(1) }) as const;
    const request = {
      kind: 'appendRequest',
      prevLogIndex: toLogIndex(0),
      prevLogTerm: toTerm(0),
      commitIndex: toLogIndex(0),
    } as const;
    const first = a.give({
      kind: 'message',
      from: toReplicaId('b'),
      message: { ...request, requestId: 1, term: toTerm(1), entries: [entry(1, 1), entry(2, 1)] },
    });
    a.give({
      kind: 'message',
      from: toReplicaId('c'),
      message: { ...request, requestId: 2, term: toTerm(2), entries: [entry(1, 2), entry(2, 2)] },
    });

    a.give({ kind: 'persisted', sequence: first.persist?.sequence ?? 0 });
    const repeated = a.give({
      kind: 'message',
      from: toReplicaId('c'),
      message: { ...request, requestId: 3, term: toTerm(2), entries: [entry(1, 2), entry(2, 2)] },
    });

    expect(repeated.send).toEqual([]);
    expect(repeated.sendAfterPersist).toMatchObject([{ after: 2, message: { requestId: 3, matchIndex: 2 } }]);
  });

  it('an entry that is not the next one is no entry of a leader: the request is dropped', () => {
    const a = new DrivenReplica({ term: 1 });
    const entry = { index: toLogIndex(7), term: toTerm(1), kind: 'command', data: new Uint8Array(1) } as const;

    a.receive('b', {
      kind: 'appendRequest',
      requestId: 1,
      term: toTerm(1),
      prevLogIndex: toLogIndex(0),
      prevLogTerm: toTerm(0),
      entries: [entry],
      commitIndex: toLogIndex(0),
    });

    expect(a.trace.at(-1)).toMatchObject({ kind: 'messageDropped', messageKind: 'appendRequest' });
    expect(a.status.lastLogIndex).toBe(0);
  });

  it('a committed entry that a leader contradicts is a broken promise', () => {
    const a = new DrivenReplica();
    a.append('b', { term: 1, prev: [0, 0], entries: [1, 1], commit: 2 });

    expect(() => a.append('c', { term: 2, prev: [0, 0], entries: [2] })).toThrow(/committed entries are never removed/);
  });

  /** Raft figure 7: the leader of term 8 has terms 1 1 1 4 4 5 5 6 6 6; each follower, whatever it has, ends the same. */
  it.each([
    ['a', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ['b', [1, 1, 1, 4]],
    ['c', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ['d', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ['e', [1, 1, 1, 4, 4, 4, 4]],
    ['f', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])('figure 7 (%s): the leader brings the follower with terms %j to its own log', (_name, log) => {
    const leader = new DrivenReplica({ voters: ['a', 'b', 'c'], term: 7, log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6] });
    const follower = new DrivenReplica({ voters: ['b', 'a', 'c'], log, term: 7 });
    leader.becomeLeader();

    let rounds = 0;
    while (follower.logTerms.join() !== leader.logTerms.join() && rounds < 20) {
      rounds += 1;
      const response = follower.receive('a', leader.latest('appendRequest', 'b'));
      if (response !== undefined) leader.receive('b', response);
    }

    expect(follower.logTerms).toEqual([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
    // Last paragraph of §5.3: one round a conflicting term, not one an entry.
    expect(rounds).toBeLessThanOrEqual(3);
  });
});

describe('Raft §5.4, safety', () => {
  it.each([
    ['an equal log', [3, 2], true],
    ['a longer log of the same term', [4, 2], true],
    ['a shorter log of the same term', [2, 2], false],
    ['a shorter log of a newer term', [1, 3], true],
    ['a longer log of an older term', [9, 1], false],
    ['an empty log', [0, 0], false],
  ] as const)('§5.4.1: of two candidates the one with %s gets the vote or not', (_name, last, granted) => {
    const a = new DrivenReplica({ log: [1, 1, 2], term: 3 });

    expect(a.vote('b', { term: 4, last })).toBe(granted);
  });

  it('§5.4.2, figure 8: an entry of an earlier term is not committed by counting replicas', () => {
    // (c): a leads again, in term 4, and has brought its entry 2 of term 2 to a majority. (d) could still overwrite it.
    const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'], term: 3, log: [1, 2] });
    a.becomeLeader();
    const { requestId } = a.latest('appendRequest', 'b');
    a.receive('b', {
      kind: 'appendResponse',
      requestId,
      term: toTerm(4),
      matchIndex: toLogIndex(2),
      conflict: undefined,
    });
    const toC = a.latest('appendRequest', 'c');
    a.receive('c', {
      kind: 'appendResponse',
      requestId: toC.requestId,
      term: toTerm(4),
      matchIndex: toLogIndex(2),
      conflict: undefined,
    });

    expect(a.status.commitIndex).toBe(0);

    // (e): once an entry of term 4 is on a majority, entry 2 is committed with it.
    for (const peer of ['b', 'c']) a.confirmAppend(peer);

    expect(a.status.commitIndex).toBe(3);
    expect(entryTerm(a.raft, toLogIndex(2))).toBe(2);
  });

  it("§5.4.2: a leader's log is never cut while it leads", () => {
    const a = new DrivenReplica({ log: [1, 1] });
    a.becomeLeader();

    a.propose('x', 'y');
    a.tick();

    expect(a.trace.filter((event) => event.kind === 'logTruncated')).toEqual([]);
    expect(a.logTerms).toEqual([1, 1, 2, 2, 2]);
  });
});

describe('Raft §5.5, lost messages and repeated ones', () => {
  it('an append that is not answered is asked about, and sent again where it was lost', () => {
    const a = new DrivenReplica({ raft: { retransmitAfterMs: 250 } });
    a.becomeLeader();
    const lost = a.latest('appendRequest', 'b');

    while (a.latest('appendRequest', 'b') === lost && a.now < 10_000) a.tick();
    const question = a.latest('appendRequest', 'b');
    a.receive('b', {
      kind: 'appendResponse',
      requestId: question.requestId,
      term: question.term,
      matchIndex: undefined,
      conflict: { index: toLogIndex(1), term: undefined },
    });

    expect(question).toMatchObject({ prevLogIndex: 1, entries: [] });
    expect(a.latest('appendRequest', 'b')).toMatchObject({ prevLogIndex: 0, entries: [{ index: 1, kind: 'noop' }] });
  });

  it('an append that only waits for a slow disk is not sent twice', () => {
    const a = new DrivenReplica({ raft: { retransmitAfterMs: 250 } });
    a.becomeLeader();
    const slow = a.latest('appendRequest', 'b');
    for (let tick = 0; tick < 30; tick += 1) {
      a.tick();
      a.confirmHeartbeat('c');
    }

    a.receive('b', {
      kind: 'appendResponse',
      requestId: slow.requestId,
      term: slow.term,
      matchIndex: toLogIndex(1),
      conflict: undefined,
    });

    expect(a.messages('appendRequest', 'b').filter((request) => request.entries.length > 0)).toHaveLength(1);
    expect(a.status.commitIndex).toBe(1);
  });

  it('an append that comes again is answered the same and changes nothing', () => {
    const a = new DrivenReplica();
    const first = a.append('b', { term: 1, prev: [0, 0], entries: [1, 1], commit: 1 });

    const again = a.append('b', { term: 1, prev: [0, 0], entries: [1, 1], commit: 1 });

    expect(again.matchIndex).toBe(first.matchIndex);
    expect(a.last?.persist).toBeUndefined();
  });
});

describe('Raft §8, client interaction', () => {
  it('a new leader begins its term with an entry that does nothing', () => {
    const a = new DrivenReplica({ log: [1] });

    a.becomeLeader();

    expect(a.latest('appendRequest', 'b').entries).toMatchObject([{ index: 2, term: 2, kind: 'noop' }]);
  });

  it('a read waits for that entry, then for a quorum that confirms the leadership', () => {
    const a = new DrivenReplica({ log: [1] });
    a.becomeLeader();
    a.give({ kind: 'readIndex', id: 70 });
    a.tick();
    a.confirmHeartbeat('b');

    expect(a.last?.reads).toEqual([]);

    a.confirmAppend('b');

    expect(a.last?.reads).toEqual([]);

    a.confirmHeartbeat('b');

    expect(a.last?.reads).toEqual([{ id: 70, index: 2, term: 2 }]);
  });
});
