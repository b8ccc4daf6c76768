import { toLogIndex, toReplicaId, toTerm } from '../../ids.js';
import { DrivenReplica, logOf } from '../driven-replica.js';
import { drivenLeader } from './driven-leader.js';
import { expectThat, type Scenario } from './scenario.js';

/** What a follower may take for committed, and a leader for confirmed. */
export const replication: readonly Scenario[] = [
  {
    name: 'an append vouches only for what it carries',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1] });
      a.append('b', { term: 2, prev: [1, 1], commit: 3 });
      expectThat(a.status.commitIndex === 1, "entries 2 and 3 may be a rival's");
    },
  },
  {
    name: 'a heartbeat vouches only for what the follower confirmed',
    run: () => {
      const a = drivenLeader();
      a.propose('x');
      a.confirmAppend('b');
      a.wait(100);
      a.tick();
      expectThat(a.latest('heartbeatRequest', 'c').commitIndex <= 1, 'c has not confirmed entry 2');
    },
  },
  {
    name: 'a follower that is back is asked whether it has what it had confirmed, although nothing is written',
    run: () => {
      const a = drivenLeader();
      a.give({ kind: 'peerGone', peer: toReplicaId('b') });
      a.wait(100);
      a.tick();
      a.confirmHeartbeat('b');
      const { requestId, prevLogIndex } = a.latest('appendRequest', 'b');
      expectThat(prevLogIndex === 1, 'it is asked about the last entry that it had confirmed');
      a.receive('b', {
        kind: 'appendResponse',
        requestId,
        term: a.status.term,
        matchIndex: undefined,
        conflict: { index: toLogIndex(1), term: undefined },
      });
      expectThat(
        a.latest('appendRequest', 'b').prevLogIndex === 0,
        'its disk was rolled back: it gets everything again',
      );
    },
  },
  {
    name: 'an answer of an earlier term confirms nothing',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1], term: 1 });
      a.becomeLeader();
      a.receive('b', {
        kind: 'appendResponse',
        requestId: 999,
        term: toTerm(1),
        matchIndex: toLogIndex(3),
        conflict: undefined,
      });
      expectThat(a.status.commitIndex === 0, 'b said so of another log');
    },
  },
  {
    name: 'figure 8: an entry of an older term is not committed by counting',
    run: () => {
      const a = new DrivenReplica({ log: [1, 2], term: 3, raft: { maxBatchEntries: 1 } });
      a.becomeLeader();
      for (let batches = 0; batches < 2 && a.status.lastLogIndex > 2; batches += 1) {
        const request = a.latest('appendRequest', 'b');
        if (request.prevLogIndex + request.entries.length > 2) break;
        a.confirmAppend('b');
      }
      a.receive('b', {
        kind: 'appendResponse',
        requestId: 999,
        term: a.status.term,
        matchIndex: toLogIndex(2),
        conflict: undefined,
      });
      expectThat(a.status.commitIndex === 0, 'entry 2 of term 2 is on a majority and can still be overwritten');
    },
  },
  {
    name: "the leader's own log counts when it is on disk",
    run: () => {
      const a = new DrivenReplica({ voters: ['a', 'b', 'c', 'd', 'e'] });
      a.becomeLeader();
      a.confirmAppend('b');
      expectThat(a.status.commitIndex === 0, 'two of five are no majority');
      const alone = new DrivenReplica({ voters: ['a', 'b'], instantDisk: false });
      alone.tick();
      alone.answer('b', 'preVote', true);
      alone.persistAll();
      alone.answer('b', 'vote', true);
      const { term } = alone.status;
      alone.receive('b', {
        kind: 'appendResponse',
        requestId: 999,
        term,
        matchIndex: toLogIndex(1),
        conflict: undefined,
      });
      expectThat(alone.status.commitIndex === 0, "entry 1 is on b's disk alone");
    },
  },
  {
    name: 'entries follow only the entry that the leader names',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1] });
      const { conflict } = a.append('b', { term: 3, prev: [2, 2], entries: [3] });
      expectThat(conflict !== undefined && a.status.lastLogIndex === 2, "entry 2 of a is not the leader's");
    },
  },
  {
    name: 'a leader of an earlier term is not obeyed',
    run: () => {
      const a = new DrivenReplica({ term: 5 });
      const { term, matchIndex } = a.append('b', { term: 4, prev: [0, 0], entries: [4] });
      expectThat(term === 5 && matchIndex === undefined && a.status.lastLogIndex === 0, 'term 4 is over');
    },
  },
  {
    name: 'a leader that hears of a later term stops leading',
    run: () => {
      for (const kind of ['appendResponse', 'heartbeatResponse', 'snapshotResponse'] as const) {
        const a = drivenLeader();
        const about = { requestId: 999, term: toTerm(9) };
        if (kind === 'appendResponse') a.receive('b', { kind, ...about, matchIndex: undefined, conflict: undefined });
        else if (kind === 'heartbeatResponse') a.receive('b', { kind, ...about });
        else a.receive('b', { kind, ...about, nextOffset: 0 });
        expectThat(a.status.term === 9 && a.status.role === 'follower', `a follows term 9 after a ${kind}`);
      }
    },
  },
  {
    name: 'an older append that comes late cuts nothing',
    run: () => {
      const a = new DrivenReplica({ log: [1] });
      a.append('b', { term: 1, prev: [1, 1], entries: [1, 1, 1] });
      a.append('b', { term: 1, prev: [1, 1], entries: [1] });
      expectThat(a.logTerms.length === 4, 'what was confirmed stays');
      expectThat(
        a.trace.every((event) => event.kind !== 'logTruncated'),
        'nothing was cut, not even for a moment',
      );
    },
  },
  {
    name: 'a batch that was cut makes nothing durable',
    run: () => {
      const a = new DrivenReplica({ instantDisk: false });
      const give = (from: string, term: number, terms: readonly number[]) =>
        a.give({
          kind: 'message',
          from: toReplicaId(from),
          message: {
            kind: 'appendRequest',
            requestId: 500 + term,
            term: toTerm(term),
            prevLogIndex: toLogIndex(0),
            prevLogTerm: toTerm(0),
            entries: terms.map((entryTerm, offset) => ({
              index: toLogIndex(offset + 1),
              term: toTerm(entryTerm),
              kind: 'command' as const,
              data: new Uint8Array([entryTerm]),
            })),
            commitIndex: toLogIndex(0),
          },
        });
      give('b', 1, [1, 1, 1]);
      a.give({
        kind: 'message',
        from: toReplicaId('c'),
        message: { kind: 'heartbeatRequest', requestId: 600, term: toTerm(2), commitIndex: toLogIndex(0) },
      });
      give('c', 2, [2, 2, 2]);
      // Term 2 and what b had sent are on disk; what c sent is not.
      a.give({ kind: 'persisted', sequence: 2 });
      const { send } = give('c', 2, [2, 2]);
      expectThat(
        send.every(({ message }) => message.kind !== 'appendResponse'),
        'the entries of the first batches are gone, and those in their place are not on disk',
      );
    },
  },
  {
    name: 'a follower that answers nothing is sent so many batches and no more',
    run: () => {
      const a = drivenLeader({ raft: { maxInflightBatches: 2 } });
      const before = a.messages('appendRequest', 'b').length;
      for (let text = 0; text < 20; text += 1) a.propose(`p${text}`);
      const sent = a.messages('appendRequest', 'b').length - before;
      expectThat(sent === 2, `two batches are under way, the other entries become the next one; ${sent} were sent`);
    },
  },
  {
    name: 'a batch holds no more data than its limit',
    run: () => {
      const a = drivenLeader({ raft: { maxBatchBytes: 1024 } });
      a.give({
        kind: 'propose',
        proposals: Array.from({ length: 9 }, (_unused, offset) => ({ id: offset + 1, data: new Uint8Array(500) })),
      });
      for (const { entries } of a.messages('appendRequest', 'b').slice(-2))
        expectThat(entries.length === 2, `two entries of 500 bytes fit into 1024, not ${entries.length}`);
    },
  },
  {
    name: 'a conflict is answered at once, whatever the disk does',
    run: () => {
      const a = new DrivenReplica({ log: [1], instantDisk: false });
      const append = (requestId: number, prev: number, entries: number) =>
        a.give({
          kind: 'message',
          from: toReplicaId('b'),
          message: {
            kind: 'appendRequest',
            requestId,
            term: toTerm(1),
            prevLogIndex: toLogIndex(prev),
            prevLogTerm: toTerm(1),
            entries: logOf(
              Array.from({ length: entries }, () => 1),
              prev + 1,
            ),
            commitIndex: toLogIndex(0),
          },
        });
      append(501, 1, 2);
      const { send } = append(502, 9, 1);
      expectThat(
        send.some(({ message }) => message.kind === 'appendResponse' && message.conflict !== undefined),
        'it promises nothing, so nothing has to be on disk first; the leader looks for common ground meanwhile',
      );
    },
  },
];
