import { toLogIndex, toReplicaId } from '../../ids.js';
import { configurationEntry, DrivenReplica } from '../driven-replica.js';
import { bytesOf } from '../text-bytes.js';
import { drivenLeader } from './driven-leader.js';
import { expectThat, type Scenario } from './scenario.js';

const addD = { kind: 'addLearner', member: toReplicaId('d'), priority: 1, context: '' } as const;

/** Rules of single-server changes (dissertation §4). */
export const membership: readonly Scenario[] = [
  {
    name: 'a learner counts for nothing',
    run: () => {
      const a = drivenLeader();
      a.changeMembership(addD);
      for (const peer of ['b', 'c']) a.confirmAppend(peer);
      a.propose('x');
      a.confirmAppend('d');
      expectThat(a.status.commitIndex === 2, 'a and a learner are no majority of a, b and c');
      expectThat(a.status.voters.length === 3, 'there are three voters');
    },
  },
  {
    name: 'one change at a time',
    run: () => {
      const a = drivenLeader();
      a.changeMembership({ kind: 'remove', member: toReplicaId('c') });
      const { rejected } = a.changeMembership(addD);
      expectThat(rejected[0]?.reason === 'changePending', 'the first one is not committed yet');
    },
  },
  {
    name: 'no change before an entry of the own term is committed',
    run: () => {
      const a = new DrivenReplica({ log: [1] });
      a.becomeLeader();
      const { rejected } = a.changeMembership(addD);
      expectThat(rejected[0]?.reason === 'notCommittedInTerm', 'a rival may have changed the group meanwhile');
    },
  },
  {
    name: 'a configuration that is cut from the log is not in force',
    run: () => {
      const a = new DrivenReplica({ log: [1] });
      const entry = configurationEntry({ index: 2, term: 1 }, ['b', 'c']);
      a.append('b', { term: 1, prev: [1, 1], entries: [entry] });
      a.append('c', { term: 2, prev: [1, 1], entries: [2] });
      expectThat(a.status.voters.length === 3, 'a, b and c are voters again');
    },
  },
  {
    name: 'a snapshot carries the configuration',
    run: () => {
      const a = drivenLeader({ raft: { trailingEntries: 0 } });
      a.changeMembership({ kind: 'remove', member: toReplicaId('c') });
      a.confirmAppend('b');
      const { persist } = a.give({ kind: 'snapshotTaken', index: toLogIndex(2), data: bytesOf('two') });
      expectThat(persist?.snapshot?.configuration?.members.length === 2, 'its log entry is compacted');
    },
  },
  {
    name: 'a learner that never answered is not promoted',
    run: () => {
      const a = drivenLeader();
      a.changeMembership(addD);
      for (const peer of ['b', 'c']) a.confirmAppend(peer);
      const { rejected } = a.changeMembership({ kind: 'promote', member: toReplicaId('d') });
      expectThat(rejected[0]?.reason === 'notCaughtUp', 'the group would wait for it');
    },
  },
  {
    name: 'late answers from before a pause do not make a majority that could commit a change',
    run: () => {
      const a = drivenLeader();
      a.wait(100);
      a.give({ kind: 'tick' });
      a.wait(5000);
      for (const peer of a.peers) a.confirmHeartbeat(peer);
      const { rejected } = a.changeMembership({ kind: 'remove', member: toReplicaId('c') });
      expectThat(rejected[0]?.reason === 'noQuorum', 'b answered what was sent five seconds ago');
    },
  },
  {
    name: 'another store does not speak for a voter',
    run: () => {
      const a = new DrivenReplica();
      a.tick();
      for (const peer of a.peers) if (a.status.role === 'preCandidate') a.answer(peer, 'preVote', true);
      a.answer('b', 'vote', true, 77);
      expectThat(a.status.role === 'candidate', 'store 77 does not know what the lost one promised');
    },
  },
  {
    name: 'a store that is lost twice is known by what it answers, not by its number',
    run: () => {
      const a = drivenLeader();
      a.confirmHeartbeat('b', 7);
      a.confirmAppend('c');
      a.wait(100);
      a.give({ kind: 'tick' });
      a.confirmHeartbeat('b', 3);
      a.confirmAppend('c');
      expectThat(a.status.members.find(({ id }) => id === 'b')?.storeId === 3, 'store 3 answers what was sent after 7');
    },
  },
  {
    name: 'an answer to what was sent before a store was heard from makes nobody its successor',
    run: () => {
      const a = new DrivenReplica();
      a.becomeLeader();
      a.wait(100);
      a.give({ kind: 'tick' });
      const { requestId, term } = a.latest('heartbeatRequest', 'b');
      a.confirmAppend('b');
      a.receive('b', { kind: 'heartbeatResponse', requestId, term, storeId: 7 });
      expectThat(a.status.learners.length === 0, 'which of the two stores is the later one is not known yet');
    },
  },
];
