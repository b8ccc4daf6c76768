import type { LogIndex, ReplicaId } from '../ids.js';
import type { Leadership } from '../leadership/leadership.js';
import type { HeartbeatRequest, HeartbeatResponse } from '../message.js';
import { becomeFollower, followLeader } from '../roles.js';
import type { RaftState } from '../state.js';
import type { Follower } from './follower.js';
import { hearFromStore } from './hear-from-store.js';

/** To every follower, on a schedule of its own: neither appends under way nor anybody's disk hold it up. */
export function broadcastHeartbeats(raft: RaftState, leadership: Leadership): void {
  leadership.heartbeatAt = raft.now + raft.options.heartbeatIntervalMs;
  for (const follower of leadership.followers) sendHeartbeat(raft, follower);
}

/** When no append has carried the commit index in the meantime: an idle follower's state should not lag. */
export function sendCommitNotices(raft: RaftState, leadership: Leadership): void {
  leadership.commitNoticeAt = Number.POSITIVE_INFINITY;
  for (const follower of leadership.followers) {
    if (follower.heartbeatsUnderWay >= noticesUnderWayMax) continue;
    if (follower.commitSent < commitKnownTo(raft, follower)) sendHeartbeat(raft, follower);
  }
}

/** A follower that answers slowly is not helped by more of them; the periodic heartbeats tell it as well. */
const noticesUnderWayMax = 4;

/** The follower's log is only known to equal this one through `matchIndex`; beyond that it may hold a rival's entries. */
export function commitKnownTo(raft: RaftState, follower: Follower): LogIndex {
  return Math.min(raft.commitIndex, follower.matchIndex) as LogIndex;
}

export function sendHeartbeat(raft: RaftState, follower: Follower): void {
  const requestId = raft.nextRequestId();
  const commitIndex = commitKnownTo(raft, follower);
  follower.heartbeatSent(requestId, raft.now);
  follower.commitSent = Math.max(follower.commitSent, commitIndex);
  const { storeId } = follower;
  raft.send(follower.peer, { kind: 'heartbeatRequest', requestId, term: raft.term, commitIndex, storeId });
}

export function answerHeartbeat(raft: RaftState, from: ReplicaId, request: HeartbeatRequest): void {
  const { requestId } = request;
  if (request.term < raft.term) {
    raft.send(from, { kind: 'heartbeatResponse', requestId, term: raft.term });
    return;
  }
  followLeader(raft, from, request.term);
  // What an earlier store of this replica confirmed says nothing about this one: at the same places it may have got
  // other entries since, from a leader that is deposed.
  if ((request.storeId ?? 0) === raft.storeId)
    raft.commitThrough(Math.min(request.commitIndex, raft.log.lastIndex) as LogIndex);
  raft.sendAtOnce(from, { kind: 'heartbeatResponse', requestId, term: raft.term });
}

export function receiveHeartbeat(raft: RaftState, from: ReplicaId, response: HeartbeatResponse): void {
  if (response.term > raft.term) {
    becomeFollower(raft, { term: response.term, leader: undefined, why: `${from} knows term ${response.term}` });
    return;
  }
  const follower = response.term === raft.term ? raft.leadership?.followerOf(from) : undefined;
  if (follower === undefined) raft.drop(from, response, `it belongs to the leadership of term ${response.term}`);
  else if (follower.mayBeReplaced(response))
    raft.drop(from, response, 'another store may have taken the place of the one that answers');
  else if (!follower.heartbeatAnswered(response.requestId, raft.now))
    raft.drop(from, response, 'no heartbeat waits for it');
  else hearFromStore(raft, follower, response);
}
