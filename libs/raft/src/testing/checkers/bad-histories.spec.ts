import { describe, expect, it } from '@jest/globals';
import type { Effects, RaftStatus } from '../../effect.js';
import type { Entry } from '../../entry.js';
import { toLogIndex, toReplicaId, toTerm } from '../../ids.js';
import type { Input } from '../../input.js';
import type { Envelope, Message } from '../../message.js';
import type { TraceEvent } from '../../trace.js';
import { DrivenReplica, logOf } from '../driven-replica.js';
import { drivenLeader } from '../scenarios/driven-leader.js';
import type { SimulatedDisk } from '../simulated-disk.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { History, type RecordedOperation } from '../workload/history.js';
import { encodeCommand, SessionMachine } from '../workload/session-machine.js';
import { countedLogs } from '../workload/counted-logs.js';
import type { OperationInput } from '../workload/workload.js';
import { checkAcknowledgedOnce } from './acknowledged-once.js';
import { CommitRule } from './commit-rule.js';
import { CommittedLog } from './committed-log.js';
import { DurableMatches } from './durable-matches.js';
import { ElectionSafety, OneVoteATerm } from './election-safety.js';
import { LeaderAppendOnly } from './leader-append-only.js';
import { LeaderLease } from './leader-lease.js';
import { LinearizableReads } from './linearizable-reads.js';
import { LogMatching } from './log-matching.js';
import { OneResponse } from './one-response.js';
import { PersistedBeforeSent } from './persisted-before-sent.js';
import { TermsAreAdopted } from './terms-are-adopted.js';

/** Goal: every checker rejects what it is there to reject. Method: it is shown made-up steps, good ones first. */
const noEffects: Effects = {
  persist: undefined,
  send: [],
  sendAfterPersist: [],
  committed: [],
  restore: undefined,
  accepted: [],
  rejected: [],
  reads: [],
  status: undefined,
  trace: [],
};

const idle = new DrivenReplica().status;

interface Step {
  readonly replica?: object;
  readonly input?: Input;
  readonly before?: Partial<RaftStatus> | object;
  readonly after?: Partial<RaftStatus> | object;
  readonly effects?: Partial<Effects>;
  readonly results?: readonly unknown[];
}

function step({ replica, input, before, after, effects, results }: Step): Observation {
  return {
    replica: { id: toReplicaId('a'), incarnation: 1, disk: disk({}), ...replica } as SimulatedReplica,
    input: input ?? { kind: 'tick' },
    before: { ...idle, ...before } as RaftStatus,
    after: { ...idle, ...before, ...after } as RaftStatus,
    effects: { ...noEffects, ...effects },
    results: results ?? [],
  };
}

function disk(about: object): SimulatedDisk {
  return {
    storeId: 0,
    lastIndex: 0,
    hardState: { term: 0, votedFor: undefined },
    ...about,
  } as unknown as SimulatedDisk;
}

function becameLeader(id: string, term: number, votes: readonly string[] = [id]): TraceEvent {
  return { kind: 'becameLeader', term: toTerm(term), votes: votes.map(toReplicaId) };
}

function sent(from: string, to: string, message: object): Envelope {
  return { from: toReplicaId(from), to: toReplicaId(to), message: { requestId: 1, ...message } as Message };
}

function entries(...terms: readonly number[]): readonly Entry[] {
  return logOf(terms);
}

describe('checkers reject', () => {
  it('Election Safety: a second leader of a term', () => {
    const checker = new ElectionSafety();
    checker.observe(step({ effects: { trace: [becameLeader('a', 3)] } }));

    const other = step({ replica: { id: 'b' }, effects: { trace: [becameLeader('b', 3)] } });

    expect(() => checker.observe(other)).toThrow('Election Safety: a and b both lead term 3');
  });

  it('One Vote a Term: a second vote', () => {
    const checker = new OneVoteATerm();
    checker.observeSent(sent('a', 'b', { kind: 'voteResponse', term: 3, granted: true }), 0);
    checker.observeSent(sent('a', 'b', { kind: 'voteResponse', term: 3, granted: true }), 0);

    const second = sent('a', 'c', { kind: 'voteResponse', term: 3, granted: true });

    expect(() => checker.observeSent(second, 0)).toThrow(/One Vote a Term: a voted for b and for c in term 3/);
  });

  it('One Vote a Term: an own vote that is counted and not on disk', () => {
    const elected = step({
      replica: { disk: disk({ hardState: { term: 2, votedFor: undefined } }) },
      effects: { trace: [becameLeader('a', 3)] },
    });

    expect(() => new OneVoteATerm().observe(elected)).toThrow(/its own vote, which is not on its disk/);
  });

  it('Terms Are Adopted: a term that falls, and a later one that is ignored', () => {
    const checker = new TermsAreAdopted();
    const message = {
      kind: 'appendResponse',
      requestId: 1,
      term: toTerm(9),
      matchIndex: undefined,
      conflict: undefined,
    };
    const heard: Input = { kind: 'message', from: toReplicaId('b'), message: message as Message };
    checker.observe(step({ input: heard, before: { term: 5 }, after: { term: 9 } }));

    expect(() => checker.observe(step({ before: { term: 5 }, after: { term: 4 } }))).toThrow(/back to 4/);
    expect(() => checker.observe(step({ input: heard, before: { term: 5 } }))).toThrow(/stays in term 5/);
  });

  it('Commit Rule: an older entry committed by counting, and a commit index that falls', () => {
    const checker = new CommitRule();
    const leading = { role: 'leader', term: 3 };
    checker.observe(step({ before: leading, effects: { committed: entries(2, 3) } }));

    const byCounting = step({ before: leading, effects: { committed: entries(2) } });

    expect(() => checker.observe(byCounting)).toThrow(/commits 1 of term 2 by counting/);
    expect(() => checker.observe(step({ before: { commitIndex: 5 }, after: { commitIndex: 4 } }))).toThrow(
      /now says 4/,
    );
  });

  it('Leader Append-Only: a leader that cuts or overwrites its log', () => {
    const checker = new LeaderAppendOnly();
    const before = { role: 'leader', term: 3, lastLogIndex: 1 };
    const persist = { sequence: 1, hardState: undefined, truncateFrom: undefined, entries: [], snapshot: undefined };
    const appended = logOf([3], 2);
    checker.observe(
      step({ before, after: { lastLogIndex: 2 }, effects: { persist: { ...persist, entries: appended } } }),
    );

    const cut = step({ before, effects: { persist: { ...persist, truncateFrom: toLogIndex(1) } } });
    const overwritten = step({ before, effects: { persist: { ...persist, entries: logOf([3], 1) } } });

    expect(() => checker.observe(cut)).toThrow(/Leader Append-Only/);
    expect(() => checker.observe(overwritten)).toThrow(/Leader Append-Only/);
  });

  it('Log Matching: the same place and term with other contents, or after another entry', () => {
    const raftOf = (log: readonly number[]) => new DrivenReplica({ log }).raft;
    const append = (raft: object, list: readonly Entry[]) =>
      step({
        replica: { raft },
        effects: {
          persist: { sequence: 1, hardState: undefined, truncateFrom: undefined, entries: list, snapshot: undefined },
        },
      });
    const checker = new LogMatching();
    const [entry] = logOf([2], 2) as [Entry];
    checker.observe(append(raftOf([1]), [entry]));
    checker.observe(append(raftOf([1]), [{ ...entry }]));

    const otherContents = append(raftOf([1]), [{ ...entry, data: new Uint8Array([7]) }]);

    expect(() => checker.observe(otherContents)).toThrow(/Log Matching/);
    expect(() => checker.observe(append(raftOf([2]), [entry]))).toThrow(/Log Matching/);
  });

  it('Durable Matches: a belief about a disk that is not so', () => {
    const leader = drivenLeader();
    const follower = { id: 'b', highestTerm: 1, disk: disk({ hasDurable: () => false }) };
    const message = { kind: 'appendResponse', requestId: 1, term: toTerm(1) } as Message;

    const believed = step({
      replica: { raft: leader.raft },
      input: { kind: 'message', from: toReplicaId('b'), message },
      after: leader.status,
    });

    const checker = new DurableMatches(() => follower as unknown as SimulatedReplica);
    expect(() => checker.observe(believed)).toThrow(/Durable Matches: a believes that b has entry 1/);
  });

  it('Linearizable Reads: an answer behind what was committed, and a second answer', () => {
    const checker = new LinearizableReads(() => 7);
    const answered = (id: number, index: number) =>
      step({ effects: { reads: [{ id, index: toLogIndex(index), term: toTerm(1) }] } });
    for (const id of [1, 2]) checker.asked(id);
    checker.observe(answered(1, 7));

    expect(() => checker.observe(answered(2, 6))).toThrow(/answers 6, but 7 was committed/);
    expect(() => checker.observe(answered(1, 7))).toThrow(/answered twice/);
  });

  it('One Response: a request without an answer, and one with two', () => {
    const message = { kind: 'heartbeatRequest', requestId: 5, term: toTerm(1), commitIndex: toLogIndex(0) } as const;
    const input: Input = { kind: 'message', from: toReplicaId('b'), message };
    const answer = sent('a', 'b', { kind: 'heartbeatResponse', requestId: 5, term: 1 });
    const checker = new OneResponse();
    checker.observe(step({ input, effects: { send: [answer] } }));

    expect(() => checker.observe(step({ input }))).toThrow(/gives 0 answers/);
    expect(() => checker.observe(step({ input, effects: { send: [answer, answer] } }))).toThrow(/gives 2 answers/);
  });

  it.each([
    ['a vote', { kind: 'voteResponse', granted: true, term: 4 }],
    ['a candidacy', { kind: 'voteRequest', term: 4 }],
    ['entries', { kind: 'appendResponse', matchIndex: 9, term: 3 }],
    ['a term', { kind: 'heartbeatRequest', term: 4 }],
    ['a snapshot of a later term', { kind: 'snapshotResponse', term: 4, nextOffset: 9 }],
  ])('Persisted Before Sent: %s that is not on disk', (_what, message) => {
    const checker = new PersistedBeforeSent(() => disk({ hardState: { term: 3, votedFor: 'c' }, lastIndex: 8 }));
    checker.observeSent(sent('a', 'c', { kind: 'voteResponse', granted: true, term: 3 }));
    checker.observeSent(sent('a', 'b', { kind: 'appendResponse', matchIndex: 8, term: 3 }));

    expect(() => checker.observeSent(sent('a', 'b', message))).toThrow(/Persisted Before Sent/);
  });

  it('Leader Lease: another leader while a lease lasts', () => {
    const holder = { id: 'b', role: 'leader', status: { term: 3, leaseUntil: 200 } };
    const checker = new LeaderLease(() => [holder as unknown as SimulatedReplica]);
    const elected = (now: number) => step({ replica: { clock: { now } }, after: { role: 'leader', term: 4 } });
    checker.observe(elected(201));

    expect(() => checker.observe(elected(199))).toThrow(/Leader Lease/);
  });
});

describe('the committed log rejects', () => {
  const [first] = entries(1) as [Entry];
  const everywhere = (id: string) => ({ id, disk: disk({ hasDurable: () => true }) }) as unknown as SimulatedReplica;
  const log = (holders: readonly string[] = ['a', 'b', 'c']) => new CommittedLog(() => holders.map(everywhere));
  const apply = (by: string, list: readonly Entry[], result: unknown = 1) =>
    step({ replica: { id: by }, after: { term: 1 }, effects: { committed: list }, results: list.map(() => result) });

  it('State Machine Safety: another entry at the same place', () => {
    const checker = log();
    checker.observe(apply('a', [first]));
    checker.observe(apply('b', [first]));

    const other = { ...first, data: new Uint8Array([9]) };

    expect(() => checker.observe(apply('c', [other]))).toThrow(/State Machine Safety/);
  });

  it('Same Result: an answer that depends on who gives it', () => {
    const checker = log();
    checker.observe(apply('a', [first]));

    expect(() => checker.observe(apply('b', [first], 2))).toThrow(/Same Result: b makes 2/);
  });

  it('Durable Majority: what is called committed on one disk of three', () => {
    expect(() => log(['a']).observe(apply('a', [first]))).toThrow(/Durable Majority: .* only on the disks of a/);
  });

  it('Committed Once: one proposal in two places', () => {
    const checker = log();
    const again = { ...first, index: toLogIndex(2) };

    expect(() => checker.observe(apply('a', [first, again], 1))).toThrow(/Committed Once|Same Result/);
    expect(() => log().observe({ ...apply('a', [first, again]), results: [1, 2] })).toThrow(/Committed Once/);
  });

  it('Handed Out Once: a gap in what a process hands out', () => {
    const checker = log();
    const [, , third] = entries(1, 1, 1) as [Entry, Entry, Entry];
    checker.observe(apply('a', [first]));

    expect(() => checker.observe(apply('a', [third]))).toThrow(/Handed Out Once: a hands out 3 after 1/);
  });

  it('Leader Completeness: a later leader without a committed entry', () => {
    const checker = log();
    checker.observe(apply('a', [first]));
    const { raft, status } = new DrivenReplica({ term: 2 });

    const elected = step({
      replica: { id: 'b', raft, status },
      after: { role: 'leader', term: 2 },
      effects: { trace: [becameLeader('b', 2)] },
    });

    expect(() => checker.observe(elected)).toThrow(/Leader Completeness: b leads term 2 without entry 1/);
  });

  it('Acknowledged Once: an answer that is not in the log, or was another one', () => {
    const committed = new CommittedLog(
      () => ['a', 'b', 'c'].map(everywhere),
      new SessionMachine(countedLogs.stateMachine() as never),
    );
    const command = { key: 'k', value: 1 };
    const entry: Entry = { ...first, data: encodeCommand({ client: 1, sequence: 1, command }) };
    committed.observe(apply('a', [entry], { kind: 'applied', result: 1 }));
    const acknowledged = (sequence: number, output: number): readonly RecordedOperation<OperationInput>[] => {
      const history = new History<OperationInput>();
      history.complete(history.invoke({ client: 1, sequence, key: 'k', input: { kind: 'command', command } }), output);
      return history.operations;
    };
    checkAcknowledgedOnce(acknowledged(1, 1), committed);

    expect(() => checkAcknowledgedOnce(acknowledged(2, 1), committed)).toThrow(/not in the committed log/);
    expect(() => checkAcknowledgedOnce(acknowledged(1, 2), committed)).toThrow(/came to 1, acknowledged was 2/);
  });
});
