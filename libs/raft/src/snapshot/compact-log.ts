import type { LogIndex } from '../ids.js';
import { invariant } from '../invariant.js';
import type { RaftState } from '../state.js';

/**
 * The state machine was written out through `index`, so the log before it is not needed to recover (Raft §7). Some of
 * it stays in memory for followers that lag a little: sending them entries is cheaper than sending them everything.
 */
export function compactLog(raft: RaftState, taken: { readonly index: LogIndex; readonly data: Uint8Array }): void {
  invariant(
    taken.index <= raft.commitIndex,
    () => `only committed entries can be in a snapshot: ${taken.index} is after ${raft.commitIndex}`,
  );
  if (taken.index <= (raft.log.snapshot?.index ?? 0)) return;
  const term = raft.log.termAt(taken.index);
  invariant(term !== undefined, () => `entry ${taken.index} is in the log until it is compacted`);
  // The entry that it comes from may be gone after this, here and, by this snapshot, on a follower.
  const configuration = raft.membership.recordedAt(taken.index);
  const snapshot = { index: taken.index, term, data: taken.data, configuration };
  raft.log.holdSnapshot(snapshot);
  raft.membership.compactedThrough(taken.index);
  raft.log.compactThrough(lastToForget(raft, taken.index));
  raft.out.snapshot = snapshot;
  raft.trace({ kind: 'logCompacted', index: taken.index });
}

/** The newest entry before those that stay: no more of them, and no more data in them, than the options allow. */
function lastToForget({ log, options }: RaftState, through: LogIndex): number {
  const earliest = Math.max(through - options.trailingEntries, log.firstIndex - 1);
  let bytes = 0;
  for (let index = through; index > earliest; index = (index - 1) as LogIndex) {
    bytes += log.entryAt(index)?.data.byteLength ?? 0;
    if (bytes > options.trailingBytes) return index;
  }
  return earliest;
}
