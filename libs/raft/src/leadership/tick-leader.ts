import { advanceCommit } from '../replication/commit.js';
import { settleMembership } from '../membership/settle-membership.js';
import { broadcastHeartbeats, sendCommitNotices } from '../replication/heartbeat.js';
import { replicate, retransmitLost } from '../replication/replicate.js';
import { becomeFollower } from '../roles.js';
import type { RaftState } from '../state.js';
import type { Leadership } from './leadership.js';
import { considerPriorityTakeover } from './priority-takeover.js';
import { advanceReads } from './read-index.js';
import { advanceTransfer, isInContact, startTransfer } from './transfer.js';

export function tickLeader(raft: RaftState, leadership: Leadership): void {
  // CheckQuorum (dissertation §6.2): clients of a leader that is cut off must not wait for it.
  if (raft.now - leadership.quorumContactAt(raft.now) >= raft.options.electionTimeoutMaxMs) {
    becomeFollower(raft, {
      term: raft.term,
      leader: undefined,
      why: 'no quorum was in contact within the election timeout',
    });
    return;
  }
  if (raft.now >= leadership.heartbeatAt) {
    broadcastHeartbeats(raft, leadership);
    for (const follower of leadership.followers) if (!isInContact(raft, follower)) follower.lostContact();
    considerPriorityTakeover(raft);
    considerStalledDisk(raft, leadership);
  }
  retransmitLost(raft, leadership);
}

/**
 * A group commits without its leader's disk, so nobody would notice that it hangs; but the leader piles up what it
 * cannot write, and one more failure would stop the group.
 */
function considerStalledDisk(raft: RaftState, leadership: Leadership): void {
  const { durability, options } = raft;
  if (options.storageStallMs === 0 || leadership.transfer !== undefined || durability.waitingSince === undefined)
    return;
  const isStalled = raft.now - durability.waitingSince >= options.storageStallMs;
  if (isStalled && raft.commitIndex > durability.durableIndex) startTransfer(raft, undefined);
}

/** What every step of a leader ends with, whatever it began with: facts are drawn conclusions from in one place. */
export function settleLeader(raft: RaftState, leadership: Leadership): void {
  advanceCommit(raft, leadership);
  settleMembership(raft, leadership);
  if (raft.leadership === undefined) return;
  replicate(raft, leadership);
  if (raft.now >= leadership.commitNoticeAt) sendCommitNotices(raft, leadership);
  advanceReads(raft, leadership);
  advanceTransfer(raft, leadership);
}

export function leaderDeadline(raft: RaftState, leadership: Leadership): number {
  let deadline = Math.min(leadership.heartbeatAt, leadership.commitNoticeAt);
  for (const follower of leadership.followers)
    deadline = Math.min(deadline, follower.retransmitAt(raft.options.retransmitAfterMs));
  return deadline;
}
