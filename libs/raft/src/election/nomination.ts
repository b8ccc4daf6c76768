import type { ReplicaId, Term } from '../ids.js';
import type { RaftState } from '../state.js';
import { abortTransfer } from '../leadership/transfer.js';
import { startPreVote } from './campaign.js';
import { leaderHeard } from './votes.js';

/** An outside detector is slower than a live leader's heartbeats: two of them missing make its word count. */
const heartbeatsBelieved = 2;

/**
 * Somebody outside the group says that the leader is dead. It is believed where this replica has not heard from that
 * leader either. A wrong word costs at most an election, and does not even get that far without a quorum of
 * replicas that believe it: the campaign that follows begins with a pre-vote.
 */
export function forgetLeader(raft: RaftState, observedTerm: Term): void {
  const objection = objectionToHint(raft, observedTerm);
  if (objection === undefined) forget(raft);
  else raft.trace({ kind: 'nominationRefused', term: raft.term, why: objection });
}

/** As `forgetLeader`, then an ordinary campaign; at most one in an election timeout, so that a flood starts nothing. */
export function nominate(raft: RaftState, observedTerm: Term): void {
  const objection = objectionToHint(raft, observedTerm) ?? objectionToCampaign(raft);
  if (objection !== undefined) {
    raft.trace({ kind: 'nominationRefused', term: raft.term, why: objection });
    return;
  }
  forget(raft);
  raft.election.nominatedAt = raft.now;
  // Refused campaigns before it were asked for at a worse moment: the pauses they led to say nothing about this one.
  raft.election.forgetRefusals();
  startPreVote(raft, `nominated after term ${observedTerm}`);
}

/** The driver saw the process of `peer` go: its port refuses connections. */
export function peerGone(raft: RaftState, peer: ReplicaId): void {
  if (raft.leadership !== undefined) {
    raft.leadership.followerOf(peer)?.processGone();
    if (raft.leadership.transfer?.target === peer) abortTransfer(raft, 'its process is gone');
    return;
  }
  if (raft.election.wasHeardFrom(peer)) raft.election.releaseLeader();
  const isLeaderElect = raft.leader === undefined && raft.votedFor === peer;
  if (raft.leader !== undefined && raft.leader !== peer) return;
  raft.election.peerGone(raft.now, { peer, term: raft.term });
  if (raft.leader !== peer && !isLeaderElect) return;
  forget(raft);
  raft.election.campaignByRank(raft.now, peer);
}

function objectionToHint(raft: RaftState, observedTerm: Term): string | undefined {
  if (observedTerm < raft.term)
    return `the observation is of term ${observedTerm}, this replica is in term ${raft.term}`;
  if (raft.role === 'leader') return 'this replica leads';
  const believedMs = heartbeatsBelieved * raft.options.heartbeatIntervalMs;
  if (raft.election.heardLeaderWithin(raft.now, believedMs))
    return `${leaderHeard(raft)} less than ${believedMs} ms ago`;
  return undefined;
}

function objectionToCampaign(raft: RaftState): string | undefined {
  if (raft.role === 'candidate') return 'its election is under way';
  if (!raft.mayCampaign) return 'this replica is no voter';
  const waitMs = raft.election.nominatedAt + raft.options.electionTimeoutMinMs - raft.now;
  return waitMs > 0 ? `nominated less than ${raft.options.electionTimeoutMinMs} ms ago` : undefined;
}

function forget(raft: RaftState): void {
  raft.election.releaseLeader();
  if (raft.leader === undefined) return;
  raft.trace({ kind: 'leaderForgotten', term: raft.term, leader: raft.leader });
  raft.leader = undefined;
  raft.election.lostLeader(raft.now);
}
