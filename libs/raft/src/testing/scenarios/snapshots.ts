import { toLogIndex, toReplicaId, toTerm } from '../../ids.js';
import type { SnapshotRequest } from '../../message.js';
import { crc32 } from '../../snapshot/crc32.js';
import { configurationEntry, DrivenReplica } from '../driven-replica.js';
import { bytesOf, textOf } from '../text-bytes.js';
import { expectThat, type Scenario } from './scenario.js';

/** What an installed snapshot does to the log (Raft §7). */
export const snapshots: readonly Scenario[] = [
  {
    name: 'entries behind a snapshot stay if they agree with it',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1, 1, 1] });
      receiveSnapshot(a, { index: 3, term: 1 });
      expectThat(a.status.lastLogIndex === 5, 'entries 4 and 5 were confirmed');
    },
  },
  {
    name: 'entries behind a snapshot go if they disagree with it',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1, 1, 1] });
      receiveSnapshot(a, { index: 3, term: 2 });
      expectThat(a.status.lastLogIndex === 3 && a.status.lastLogTerm === 2, "4 and 5 follow a rival's entry 3");
    },
  },
  {
    name: 'a configuration behind a snapshot stays in force with the entry that holds it',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1, configurationEntry({ index: 4, term: 1 }, ['a', 'b'])] });
      receiveSnapshot(a, { index: 3, term: 1 });
      expectThat(a.status.lastLogIndex === 4, 'entry 4 is kept: it was confirmed');
      expectThat(a.status.voters.length === 2, 'so c is no voter, as everybody else with entry 4 says');
    },
  },
  {
    name: 'a snapshot of what is committed already changes nothing',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1, 1] });
      a.append('b', { term: 1, prev: [4, 1], commit: 4 });
      receiveSnapshot(a, { index: 2, term: 1 });
      expectThat(a.status.commitIndex === 4, 'a commit index never falls');
      expectThat(a.last?.restore === undefined, 'the state machine is ahead of it');
    },
  },
  {
    name: 'chunks of a snapshot that come twice or too early do not damage it',
    run: () => {
      const a = new DrivenReplica();
      for (const offset of [0, 0, 6, 3, 3, 6]) receiveSnapshot(a, { index: 3, term: 1, offset, length: 3 });
      expectThat(a.trace.filter(({ kind }) => kind === 'snapshotInstalled').length === 1, 'it is whole, once');
      const restored = a.restored[0];
      expectThat(restored !== undefined && textOf(restored.data) === state, 'it is what was sent');
    },
  },
  {
    name: 'a damaged snapshot is not installed',
    run: () => {
      const a = new DrivenReplica();
      receiveSnapshot(a, { index: 3, term: 1, checksum: 1 });
      expectThat(a.status.commitIndex === 0, 'its checksum does not fit');
    },
  },
  {
    name: 'a snapshot is on disk before it is confirmed',
    run: () => {
      const a = new DrivenReplica({ term: 3, instantDisk: false });
      receiveSnapshot(a, { index: 3, term: 1 });
      expectThat(a.last?.send.length === 0, 'it is not on disk yet');
      expectThat(a.last?.restore !== undefined, 'the state machine is told');
      a.persistAll();
      expectThat(a.messages('snapshotResponse').length === 1, 'now it may be confirmed');
    },
  },
  {
    name: 'a snapshot keeps what it does not stand for',
    run: () => {
      const a = new DrivenReplica({ log: [1, 1, 1, 1], raft: { trailingEntries: 0 } });
      a.append('b', { term: 1, prev: [4, 1], commit: 4 });
      a.give({ kind: 'snapshotTaken', index: toLogIndex(2), data: bytesOf('two') });
      expectThat(a.status.firstLogIndex === 3, 'entries 3 and 4 are in no snapshot');
    },
  },
];

const state = 'the state';

function receiveSnapshot(
  replica: DrivenReplica,
  about: {
    readonly index: number;
    readonly term: number;
    readonly offset?: number;
    readonly length?: number;
    readonly checksum?: number;
  },
): void {
  const data = bytesOf(state);
  const { offset = 0, length = data.byteLength } = about;
  const request: SnapshotRequest = {
    kind: 'snapshotRequest',
    requestId: 700 + offset,
    term: toTerm(3),
    snapshotIndex: toLogIndex(about.index),
    snapshotTerm: toTerm(about.term),
    offset,
    totalBytes: data.byteLength,
    checksum: about.checksum ?? crc32(data),
    chunk: data.subarray(offset, offset + length),
  };
  replica.give({ kind: 'message', from: toReplicaId('b'), message: request });
}
