import type { LogIndex } from '../ids.js';
import type { Leadership } from '../leadership/leadership.js';
import type { RaftState } from '../state.js';
import { commitKnownTo } from './heartbeat.js';

/**
 * Raft §5.3, §5.4.2: what a majority has on disk is committed, if it is of the leader's own term (figure 8 shows how
 * an older entry on a majority can still be overwritten); everything before it then is too. The leader's own disk
 * is one voice like any other, so commitment does not wait for it (dissertation §10.2.1).
 */
export function advanceCommit(raft: RaftState, leadership: Leadership): void {
  const index = leadership.quorumOf(raft.durability.durableIndex, (follower) => follower.matchIndex) as LogIndex;
  if (index > raft.commitIndex && raft.log.termAt(index) === raft.term) commit(raft, leadership, index);
  armCommitNotice(raft, leadership);
}

function commit(raft: RaftState, leadership: Leadership, index: LogIndex): void {
  for (let at = raft.commitIndex + 1; at <= index; at += 1) {
    leadership.uncommittedBytes -= raft.log.entryAt(at)?.data.byteLength ?? 0;
  }
  raft.commitThrough(index);
  if (leadership.committedInTerm) return;
  leadership.committedInTerm = true;
  raft.trace({ kind: 'committedInTerm', term: raft.term, index });
}

function armCommitNotice(raft: RaftState, leadership: Leadership): void {
  if (leadership.commitNoticeAt !== Number.POSITIVE_INFINITY) return;
  const somebodyLags = leadership.followers.some((follower) => follower.commitSent < commitKnownTo(raft, follower));
  if (somebodyLags) leadership.commitNoticeAt = raft.now + raft.options.commitNoticeDelayMs;
}
