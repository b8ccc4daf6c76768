import type { ReplicaId } from '../ids.js';
import type { RaftState } from '../state.js';
import { isQuickToWrite, startTransfer } from './transfer.js';

/**
 * Priority is a wish about who leads in quiet times. It is granted by an ordinary hand-over to a follower of higher
 * priority that has everything committed and has been in contact without a gap for long enough; so a replica that
 * comes and goes does not drag leadership along, and equal priorities never pass it back and forth. One that was
 * offered it in vain waits longer from time to time.
 */
export function considerPriorityTakeover(raft: RaftState): void {
  const { leadership, options } = raft;
  if (leadership === undefined || options.priorityTakeoverStableMs === 0) return;
  const ownPriority = raft.priorityOf(raft.id);
  let heir: { readonly peer: ReplicaId; readonly priority: number } | undefined;
  for (const follower of leadership.voters) {
    const priority = raft.priorityOf(follower.peer);
    if (priority <= (heir?.priority ?? ownPriority)) continue;
    const isSteady =
      !follower.hasLostStore &&
      follower.steadySince !== undefined &&
      raft.now - follower.steadySince >= raft.takeoverPatience.neededMs(follower.peer, raft.now);
    const isCaughtUp = follower.matchIndex >= raft.commitIndex;
    if (isSteady && isCaughtUp && isQuickToWrite(raft, follower)) heir = { peer: follower.peer, priority };
  }
  if (heir === undefined || !leadership.committedInTerm || leadership.transfer !== undefined) return;
  raft.takeoverPatience.offered(heir.peer);
  startTransfer(raft, heir.peer);
}
