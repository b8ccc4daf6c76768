import type { Leadership } from '../leadership/leadership.js';
import { isInContact, stepDown } from '../leadership/transfer.js';
import { sendHeartbeat } from '../replication/heartbeat.js';
import type { RaftState } from '../state.js';
import { noteCatchUp } from './catch-up.js';
import { bringBackLostStores } from './returning.js';

/** What a leader concludes about the members at the end of each step. */
export function settleMembership(raft: RaftState, leadership: Leadership): void {
  noteCatchUp(raft, leadership);
  if (raft.pendingChange === undefined) finishRemovals(raft, leadership);
  if (raft.leadership !== undefined) bringBackLostStores(raft, leadership);
}

/**
 * Whoever was removed gets the log until it knows that its removal is committed, if it is there; a leader that removed
 * itself led the group through it without counting itself, and hands over now (dissertation §4.2.2).
 */
function finishRemovals(raft: RaftState, leadership: Leadership): void {
  for (const follower of leadership.departing) {
    const knows = follower.matchIndex >= raft.membership.index;
    if (knows) sendHeartbeat(raft, follower);
    if (knows || !isInContact(raft, follower)) leadership.dismiss(follower);
  }
  if (!raft.isVoter) stepDown(raft, 'it is no voter any more');
}
