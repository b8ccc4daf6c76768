import { toReplicaId, toTerm } from '../../ids.js';
import { DrivenReplica } from '../driven-replica.js';
import { drivenLeader } from './driven-leader.js';
import { expectThat, type Scenario } from './scenario.js';

/** When a read may be answered, and how long a lease lasts (dissertation §6.4). */
export const reads: readonly Scenario[] = [
  {
    name: 'a read waits for a quorum',
    run: () => {
      const a = drivenLeader();
      a.give({ kind: 'readIndex', id: 1 });
      a.give({ kind: 'tick' });
      expectThat(a.reads.length === 0, 'nobody has confirmed yet that a still leads');
      a.confirmHeartbeat('b');
      expectThat(a.reads.length === 1, 'one of two others is a quorum');
    },
  },
  {
    name: 'an answer from before the read confirms nothing',
    run: () => {
      const a = drivenLeader();
      a.wait(100);
      a.tick();
      const before = a.latest('heartbeatRequest', 'b');
      a.give({ kind: 'readIndex', id: 1 });
      a.receive('b', { kind: 'heartbeatResponse', requestId: before.requestId, term: before.term });
      expectThat(a.reads.length === 0, 'b may have found another leader since');
    },
  },
  {
    name: 'a new leader answers no read before its first entry is committed',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1] });
      a.becomeLeader();
      a.give({ kind: 'readIndex', id: 1 });
      a.wait(100);
      a.tick();
      a.confirmHeartbeat('b');
      expectThat(a.reads.length === 0, 'it cannot know what its predecessor had committed');
    },
  },
  {
    name: 'whoever stops leading answers the reads that wait',
    run: () => {
      const a = drivenLeader();
      a.give({ kind: 'readIndex', id: 7 });
      a.heartbeat('b', { term: 9 });
      expectThat(a.reads.length === 1 && a.reads[0]?.index === undefined, 'the reader is told to ask elsewhere');
    },
  },
  {
    name: 'a lease begins when the confirmed request was sent',
    run: () => {
      const a = drivenLeader({ raft: { electionTimeoutMinMs: 500 } });
      a.wait(100);
      a.tick();
      const sentAt = a.now;
      a.wait(300);
      a.confirmHeartbeat('b');
      a.confirmHeartbeat('c');
      expectThat(a.status.leaseUntil <= sentAt + 500, 'the others may elect from then on, not from the answer on');
      expectThat(a.status.term === toTerm(1), 'a leads on');
    },
  },
  {
    name: 'a lease ends when leadership is handed over',
    run: () => {
      const a = drivenLeader();
      expectThat(a.status.leaseUntil > a.now, 'b and c have confirmed a');
      a.give({ kind: 'transferLeadership', target: toReplicaId('c') });
      expectThat(a.status.leaseUntil <= a.now, 'whoever votes for c owes a nothing any more');
    },
  },
];
