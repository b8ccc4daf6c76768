import { receivePreVote, receiveVote } from './election/campaign.js';
import { answerPreVote, answerVote } from './election/votes.js';
import type { ReplicaId } from './ids.js';
import { unreachable } from './invariant.js';
import { answerTimeoutNow, receiveTimeoutNow } from './leadership/transfer.js';
import type { Message } from './message.js';
import { answerAppend } from './replication/append-request.js';
import { receiveAppend } from './replication/append-response.js';
import { answerHeartbeat, receiveHeartbeat } from './replication/heartbeat.js';
import { answerSnapshot } from './snapshot/install-snapshot.js';
import { receiveSnapshotAnswer } from './snapshot/send-snapshot.js';
import type { RaftState } from './state.js';

/** `answer…` gives each request exactly one response (or a trace why not); `receive…` takes a response. */
export function receiveMessage(raft: RaftState, from: ReplicaId, message: Message): void {
  // Not only from members: whoever was added last may lead or stand for election before its entry has reached this
  // replica (dissertation §4.1). Answers count only where the configuration says so.
  if (from === raft.id) {
    raft.drop(from, message, 'it comes from this replica itself');
    return;
  }
  switch (message.kind) {
    case 'preVoteRequest':
      return answerPreVote(raft, from, message);
    case 'voteRequest':
      return answerVote(raft, from, message);
    case 'appendRequest':
      return answerAppend(raft, from, message);
    case 'heartbeatRequest':
      return answerHeartbeat(raft, from, message);
    case 'snapshotRequest':
      return answerSnapshot(raft, from, message);
    case 'timeoutNowRequest':
      return answerTimeoutNow(raft, from, message);
    case 'preVoteResponse':
      return receivePreVote(raft, from, message);
    case 'voteResponse':
      return receiveVote(raft, from, message);
    case 'appendResponse':
      return receiveAppend(raft, from, message);
    case 'heartbeatResponse':
      return receiveHeartbeat(raft, from, message);
    case 'snapshotResponse':
      return receiveSnapshotAnswer(raft, from, message);
    case 'timeoutNowResponse':
      return receiveTimeoutNow(raft, from, message);
    default:
      return unreachable(message);
  }
}
