import type { Effects, RaftStatus } from './effect.js';
import type { Entry, StoredState } from './entry.js';
import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Input } from './input.js';
import { InvariantViolation } from './invariant.js';
import type { RaftOptions } from './options.js';

declare const opaque: unique symbol;

/** One replica of one group: mutable, opaque, owned by one driver. Only the functions of this file look inside. */
export interface Raft {
  readonly [opaque]: 'Raft';
}

/** What a leader knows about one follower. */
export interface PeerProgress {
  readonly peer: ReplicaId;
  /** The follower's log is durable and equal to the leader's through here. */
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  readonly state: 'probe' | 'replicate' | 'snapshot';
  /** The driver's `now` (ms) when the last answer came; 0 before the first one in this leadership. */
  readonly lastContactAt: number;
}

/** What a log store finds in an empty folder. */
export const emptyStoredState: StoredState = Object.freeze({
  hardState: Object.freeze({ term: 0 as Term, votedFor: undefined }),
  snapshot: undefined,
  entries: Object.freeze([]),
});

export function createRaft(_options: RaftOptions, _stored: StoredState, _now: number): Raft {
  throw new InvariantViolation('not written yet');
}

export function step(_raft: Raft, _input: Input, _now: number): Effects {
  throw new InvariantViolation('not written yet');
}

export function nextDeadline(_raft: Raft): number {
  throw new InvariantViolation('not written yet');
}

export function statusOf(_raft: Raft): RaftStatus {
  throw new InvariantViolation('not written yet');
}

export function entriesOf(_raft: Raft, _from: LogIndex, _toExclusive: LogIndex): readonly Entry[] {
  throw new InvariantViolation('not written yet');
}

export function entryTerm(_raft: Raft, _index: LogIndex): Term | undefined {
  throw new InvariantViolation('not written yet');
}

export function progressOf(_raft: Raft): readonly PeerProgress[] {
  throw new InvariantViolation('not written yet');
}
