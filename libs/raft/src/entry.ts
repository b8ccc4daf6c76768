import type { LogIndex, ReplicaId, Term } from './ids.js';

/**
 * One log entry. `data` is opaque to the core.
 *
 * - `command`: a command of the user's state machine.
 * - `noop`: what a leader appends first in its term, so that entries of older terms can commit (Raft §5.4.2, §8).
 * - `membership`: a change of the group's configuration (dissertation §4).
 */
export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: 'command' | 'noop' | 'membership';
  readonly data: Uint8Array;
}

/** The part of a replica that must survive a crash besides its log (Raft figure 2, "persistent state"). */
export interface HardState {
  readonly term: Term;
  readonly votedFor: ReplicaId | undefined;
}

/** The state machine's contents after applying everything through `index`, which stands for the log up to there. */
export interface Snapshot {
  readonly index: LogIndex;
  readonly term: Term;
  readonly data: Uint8Array;
}

/** What a log store found on disk. Entries are contiguous and follow the snapshot (or start at index 1). */
export interface StoredState {
  readonly hardState: HardState;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
}
