import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Configuration } from './membership/configuration.js';

/**
 * One log entry. `data` is opaque to the core.
 *
 * - `command`: a command of the user's state machine.
 * - `noop`: what a leader appends first in its term, so that entries of older terms can commit (Raft §5.4.2, §8).
 * - `membership`: the group's configuration from here on (dissertation §4); `data` is `encodeConfiguration` of it.
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
  /**
   * The group's configuration as of `index`: its log entry may be compacted. Stores and transports carry it along.
   * Absent as long as the log never changed what the options say.
   */
  readonly configuration?: Configuration | undefined;
}

/** What a log store found on disk. Entries are contiguous and follow the snapshot (or start at index 1). */
export interface StoredState {
  readonly hardState: HardState;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
  /**
   * Which store of this member it is; absent or 0 for its first. **A member whose store lost anything that was durable
   * comes back with another number**, written to the new store before the replica starts; no two stores of a member may
   * ever have the same (a random one will do). To the group it is then another server under the same name
   * (membership/returning.ts): it does not vote and counts for nothing until it has everything again, which the leader
   * arranges by itself. The rest of `StoredState` may be empty or what is left intact of the old store. The same goes for
   * a name that was removed from the group and is added again with an empty store.
   */
  readonly storeId?: number | undefined;
}
