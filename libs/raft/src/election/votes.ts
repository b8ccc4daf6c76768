import type { ReplicaId } from '../ids.js';
import type { PreVoteRequest, VoteRequest } from '../message.js';
import { becomeFollower } from '../roles.js';
import type { RaftState } from '../state.js';

/**
 * Dissertation §9.6. Nothing is promised and nothing is reset: in particular not the time of contact with the
 * leader, or a replica that asks in vain would keep the others believing in a leader that is gone.
 */
export function answerPreVote(raft: RaftState, from: ReplicaId, request: PreVoteRequest): void {
  const objection = objectionToPreVote(raft, request);
  if (objection === undefined) raft.election.deferTo(raft.now, from);
  else if (isHoldingBackFor(raft, request)) raft.election.waitNoLonger(raft.now, from);
  if (objection !== undefined)
    raft.trace({ kind: 'voteRefused', term: request.term, candidate: from, why: `pre-vote: ${objection}` });
  raft.sendAtOnce(from, {
    kind: 'preVoteResponse',
    requestId: request.requestId,
    term: raft.term,
    granted: objection === undefined,
  });
}

/** A candidate that cannot win without this replica, whose log is longer: only the replica itself is worth waiting for. */
function isHoldingBackFor(raft: RaftState, request: PreVoteRequest): boolean {
  const isLeaderless = raft.role === 'follower' && raft.leader === undefined && !hasLiveLeader(raft);
  if (!raft.isVoter || raft.hasLostStore) return false;
  return isLeaderless && request.term > raft.term && !raft.log.isUpToDate(request);
}

function objectionToPreVote(raft: RaftState, request: PreVoteRequest): string | undefined {
  if (request.term <= raft.term) return `term ${raft.term} is known here`;
  if (raft.hasLostStore) return storeLost;
  if (hasLiveLeader(raft)) return leaderHeard(raft);
  return objectionToLog(raft, request);
}

/**
 * Raft §5.2, §5.4.1; dissertation §4.2.3. The answer leaves when the vote is durable.
 *
 * Whether this replica is a voter is the candidate's business: only a candidate whose log makes it one asks. Its own
 * log may not have got that far, and without its vote the new group might not have a majority.
 */
export function answerVote(raft: RaftState, from: ReplicaId, request: VoteRequest): void {
  // Sticking to a leader that is heard includes its term: adopting the newer one would depose it.
  const sticks = !request.leadershipTransfer && hasLiveLeader(raft);
  if (request.leadershipTransfer && request.term > raft.term) raft.election.releaseLeader();
  if (request.term > raft.term && !sticks) {
    becomeFollower(raft, { term: request.term, leader: undefined, why: `${from} stands for election` });
  }
  const objection = sticks ? leaderHeard(raft) : objectionToVote(raft, from, request);
  if (objection === undefined) {
    raft.setHardState({ term: raft.term, votedFor: from });
    raft.election.restart(raft.now);
    raft.trace({ kind: 'voteGranted', term: raft.term, candidate: from });
  } else {
    raft.trace({ kind: 'voteRefused', term: request.term, candidate: from, why: objection });
  }
  raft.send(from, {
    kind: 'voteResponse',
    requestId: request.requestId,
    term: raft.term,
    granted: objection === undefined,
  });
}

function objectionToVote(raft: RaftState, from: ReplicaId, request: VoteRequest): string | undefined {
  if (request.term < raft.term) return `term ${raft.term} is known here`;
  if (raft.hasLostStore) return storeLost;
  if (raft.votedFor !== undefined && raft.votedFor !== from) return `this term's vote went to ${raft.votedFor}`;
  if (raft.votedFor === undefined && raft.leader !== undefined) return `this term's leader is ${raft.leader}`;
  return objectionToLog(raft, request);
}

/**
 * The vote of the lost store may be on its way in this very term, and its log stood for entries that this one lacks.
 * (Candidates would not count this vote either: it is not of the store that they know.)
 */
const storeLost = 'this store has not returned to the group yet: it does not know what the lost one promised';

/** Raft §5.4.1: whoever may lack a committed entry must not lead. */
function objectionToLog(raft: RaftState, request: PreVoteRequest | VoteRequest): string | undefined {
  if (raft.log.isUpToDate(request)) return undefined;
  return `its log ends at ${request.lastLogIndex} (term ${request.lastLogTerm}), this one at ${raft.log.lastIndex} (term ${raft.log.lastTerm})`;
}

/** Why nobody else is elected now. */
export function leaderHeard(raft: RaftState): string {
  return raft.leader === undefined ? 'the leader of an earlier term was heard' : `leader ${raft.leader} was heard`;
}

/**
 * Within the minimum election timeout of hearing from a leader, or being one that a quorum hears, nobody else is elected.
 *
 * That is what the leader's lease rests on, so it is owed to a leader whose term is over as well, until it is known to be
 * gone. Replicas A, B, C: (1) A leads term 1, and B confirms it; A's lease runs. (2) C, cut off from A, stands in term 2 and
 * loses; B hears of term 2 in an answer. (3) If that freed B, B and C could elect B while A still believes in its lease.
 */
export function hasLiveLeader(raft: RaftState): boolean {
  const { electionTimeoutMinMs } = raft.options;
  if (raft.leadership !== undefined) return raft.now - raft.leadership.quorumContactAt(raft.now) < electionTimeoutMinMs;
  return raft.election.heardLeaderWithin(raft.now, electionTimeoutMinMs);
}
