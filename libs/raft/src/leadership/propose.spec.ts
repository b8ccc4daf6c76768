import { describe, expect, it } from '@jest/globals';
import { DrivenReplica } from '../testing/driven-replica.js';
import { bytesOf } from '../testing/text-bytes.js';

describe('propose', () => {
  it('on a follower is refused, with the leader it knows', () => {
    const a = new DrivenReplica({ term: 1 });
    a.heartbeat('b', { term: 2 });

    expect(a.propose('x').rejected).toEqual([{ id: 1, reason: 'notLeader', leader: 'b', term: 2 }]);
  });

  it('of many commands gives them consecutive positions, one disk batch and one request a follower', () => {
    const a = new DrivenReplica();
    a.becomeLeader();
    for (const peer of ['b', 'c']) a.confirmAppend(peer);

    const effects = a.propose('x', 'y', 'z');

    expect(effects.accepted.map(({ index }) => index)).toEqual([2, 3, 4]);
    expect(effects.persist?.entries).toHaveLength(3);
    expect(effects.send.filter(({ message }) => message.kind === 'appendRequest')).toHaveLength(2);
  });

  it('beyond the uncommitted bytes is refused until something commits', () => {
    const a = new DrivenReplica({ raft: { maxUncommittedBytes: 1024 } });
    a.becomeLeader();
    for (const peer of ['b', 'c']) a.confirmAppend(peer);
    const proposal = (id: number) => ({ id, data: new Uint8Array(500) });

    const effects = a.give({ kind: 'propose', proposals: [proposal(1), proposal(2), proposal(3)] });

    expect(effects.accepted.map(({ id }) => id)).toEqual([1, 2]);
    expect(effects.rejected).toEqual([{ id: 3, reason: 'backpressure', leader: 'a', term: 1 }]);

    a.confirmAppend('b');

    expect(a.give({ kind: 'propose', proposals: [proposal(4)] }).accepted).toHaveLength(1);
  });

  it('of one command larger than the limit is accepted when nothing else is uncommitted', () => {
    const a = new DrivenReplica({ raft: { maxUncommittedBytes: 1024 } });
    a.becomeLeader();
    const proposals = [
      { id: 1, data: new Uint8Array(5000) },
      { id: 2, data: bytesOf('x') },
    ];

    const effects = a.give({ kind: 'propose', proposals });

    expect(effects.accepted.map(({ id }) => id)).toEqual([1]);
    expect(effects.rejected.map(({ id }) => id)).toEqual([2]);
  });

  it('entries of earlier leaders count as uncommitted too', () => {
    const a = new DrivenReplica({ log: Array.from({ length: 400 }, () => 1), raft: { maxUncommittedBytes: 1024 } });
    a.becomeLeader();

    expect(a.propose('x').rejected).toMatchObject([{ reason: 'backpressure' }]);

    a.confirmAppend('b');

    expect(a.status.committedInTerm).toBe(true);
    expect(a.propose('x').accepted).toHaveLength(1);
  });

  it('in a group of one is committed when it is durable', () => {
    const a = new DrivenReplica({ voters: ['a'], instantDisk: false });
    a.tick();
    expect(a.status.role).toBe('candidate');
    a.persistAll();
    a.persistAll();
    expect(a.status).toMatchObject({ role: 'leader', term: 1, committedInTerm: true });

    a.propose('x');
    expect(a.status.commitIndex).toBe(1);

    a.persistAll();
    expect(a.status.commitIndex).toBe(2);
  });

  it('a group of one leads without waiting: one tick and one disk write after its start', () => {
    const a = new DrivenReplica({ voters: ['a'] });

    a.tick();

    expect(a.now).toBe(0);
    expect(a.status).toMatchObject({ role: 'leader', committedInTerm: true });
  });
});
