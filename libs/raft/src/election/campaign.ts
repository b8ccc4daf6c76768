import type { ReplicaId, Term } from '../ids.js';
import { invariant } from '../invariant.js';
import { becomeLeader } from '../leadership/become-leader.js';
import type { PreVoteResponse, VoteResponse } from '../message.js';
import { becomeFollower } from '../roles.js';
import type { RaftState } from '../state.js';
import { hasLiveLeader } from './votes.js';

/** One attempt to become leader: a pre-vote (dissertation §9.6), then the election itself (Raft §5.2). */
export interface Campaign {
  readonly kind: 'preVote' | 'vote';
  /** The term to be won; in a pre-vote one above the current term. */
  readonly term: Term;
  readonly why: string;
  /** The sitting leader asked for it: voters ignore that they hear from that leader. */
  readonly leadershipTransfer: boolean;
  /** Requests of this campaign whose answers still count. */
  readonly asked: Map<number, ReplicaId>;
  /** When each peer said yes. */
  readonly granted: Map<ReplicaId, number>;
  readonly refused: Set<ReplicaId>;
  /** In an election: when to ask the silent ones again. */
  askAgainAt: number;
}

/** Asks whether an election could be won, without disturbing anybody's term. */
export function startPreVote(raft: RaftState, why: string): void {
  invariant(
    raft.role !== 'leader' && raft.mayCampaign,
    () => `only a voter that does not lead campaigns, not a ${raft.role}`,
  );
  if (raft.isVoter && raft.majority === 1) {
    startElection(raft, { why, leadershipTransfer: false });
    return;
  }
  raft.role = 'preCandidate';
  raft.leader = undefined;
  raft.election.leaderlessSince ??= raft.now;
  raft.campaign = newCampaign(raft, { kind: 'preVote', term: (raft.term + 1) as Term, why, leadershipTransfer: false });
  raft.trace({ kind: 'preVoteStarted', term: raft.campaign.term, why });
  askForPreVotes(raft, raft.campaign);
}

/** Candidates that are alone with their vote must not linger: each deadline moves the campaign on. */
export function tickCampaign(raft: RaftState): void {
  const { campaign, election } = raft;
  if (campaign?.kind === 'vote' && raft.now >= campaign.askAgainAt) askForVotes(raft, campaign);
  if (raft.now < election.campaignAt) return;
  if (campaign?.kind === 'vote' && !isOwnVoteDurable(raft)) {
    // Its requests have not even left. Another election would wait for the same disk.
    election.restart(raft.now);
    return;
  }
  if (campaign === undefined) startPreVote(raft, 'no leader was heard within the election timeout');
  else if (campaign.kind === 'vote') startPreVote(raft, `the election of term ${campaign.term} had no winner`);
  else if (hasPreVoteMajority(raft, campaign)) startElection(raft, campaign);
  else askForPreVotes(raft, campaign);
}

export function campaignDeadline(raft: RaftState): number {
  return Math.min(
    raft.election.campaignAt,
    raft.campaign?.kind === 'vote' ? raft.campaign.askAgainAt : Number.POSITIVE_INFINITY,
  );
}

/** Raft §5.2: the term rises, the candidate votes for itself, and nothing is asked before that is durable. */
export function startElection(
  raft: RaftState,
  reason: { readonly why: string; readonly leadershipTransfer: boolean },
): void {
  const term = (raft.term + 1) as Term;
  raft.setHardState({ term, votedFor: raft.id });
  raft.role = 'candidate';
  raft.leader = undefined;
  raft.election.leaderlessSince ??= raft.now;
  raft.election.restart(raft.now);
  if (reason.leadershipTransfer) raft.election.releaseLeader();
  raft.campaign = newCampaign(raft, {
    kind: 'vote',
    term,
    why: reason.why,
    leadershipTransfer: reason.leadershipTransfer,
  });
  raft.trace({ kind: 'electionStarted', term, why: reason.why });
  askForVotes(raft, raft.campaign);
}

/** The answer may be to a campaign that a leader has ended since: nothing is won by hurrying then. */
function retreatTo(raft: RaftState, from: ReplicaId, term: Term): void {
  becomeFollower(raft, { term, leader: undefined, why: `${from} knows term ${term}` });
  if (!hasLiveLeader(raft)) raft.election.retrySoon(raft.now);
}

export function receivePreVote(raft: RaftState, from: ReplicaId, response: PreVoteResponse): void {
  const { campaign } = raft;
  if (response.term > raft.term) {
    retreatTo(raft, from, response.term);
    return;
  }
  if (campaign?.kind !== 'preVote' || !takeAsked(campaign, from, response.requestId)) {
    raft.drop(from, response, 'no pre-vote of this campaign waits for it');
    return;
  }
  if (!response.granted) return;
  if (!raft.speaksForVoter(from, response)) {
    raft.drop(from, response, 'it does not come from a voter with the store that the configuration names');
    return;
  }
  campaign.granted.set(from, raft.now);
  if (!hasPreVoteMajority(raft, campaign)) return;
  if (raft.now < raft.election.deferUntil) raft.election.campaignAt = raft.election.deferUntil;
  else startElection(raft, campaign);
}

export function receiveVote(raft: RaftState, from: ReplicaId, response: VoteResponse): void {
  const { campaign } = raft;
  if (response.term > raft.term) {
    retreatTo(raft, from, response.term);
    return;
  }
  if (campaign?.kind !== 'vote' || !takeAsked(campaign, from, response.requestId)) {
    raft.drop(from, response, 'no election of this term waits for it');
    return;
  }
  // Request ids begin anew with each process: the id may be that of a request before the last restart, for an earlier
  // term. Only the term says which election a vote was given in.
  if (response.granted && response.term !== campaign.term) {
    raft.drop(
      from,
      response,
      `the vote was given in term ${response.term}, this is the election of term ${campaign.term}`,
    );
    return;
  }
  if (response.granted && !raft.speaksForVoter(from, response)) {
    raft.drop(from, response, 'it does not come from a voter with the store that the configuration names');
    return;
  }
  if (response.granted) {
    campaign.granted.set(from, raft.now);
    concludeElection(raft);
    return;
  }
  const couldStillWin = raft.voterPeers.length + ownVotes(raft) - campaign.refused.size >= raft.majority;
  campaign.refused.add(from);
  const canStillWin = raft.voterPeers.length + ownVotes(raft) - campaign.refused.size >= raft.majority;
  if (couldStillWin && !canStillWin) raft.election.retrySoon(raft.now);
}

function takeAsked(campaign: Campaign, from: ReplicaId, requestId: number): boolean {
  return campaign.asked.get(requestId) === from && campaign.asked.delete(requestId);
}

/**
 * Counts the votes. The candidate's own counts once it is durable: before, a restart could vote for another, or, in a
 * group of one, lead the same term again and put other entries in the places of those that were lost.
 */
export function concludeElection(raft: RaftState): void {
  const { campaign } = raft;
  if (campaign?.kind !== 'vote') return;
  const own = isOwnVoteDurable(raft) ? ownVotes(raft) : 0;
  if (campaign.granted.size + own < raft.majority) return;
  becomeLeader(raft, own === 1 ? [raft.id, ...campaign.granted.keys()] : [...campaign.granted.keys()]);
}

/** Whoever is being removed may stand, but only the voters of the configuration in force decide. */
function ownVotes(raft: RaftState): number {
  return raft.isVoter ? 1 : 0;
}

function isOwnVoteDurable(raft: RaftState): boolean {
  return raft.durability.isDurable(raft.durability.hardStateSequence);
}

function askForPreVotes(raft: RaftState, campaign: Campaign): void {
  for (const peer of raft.voterPeers) {
    if (isFreshlyGranted(raft, campaign, peer)) continue;
    const requestId = raft.nextRequestId();
    campaign.asked.set(requestId, peer);
    raft.sendAtOnce(peer, {
      kind: 'preVoteRequest',
      requestId,
      term: campaign.term,
      lastLogIndex: raft.log.lastIndex,
      lastLogTerm: raft.log.lastTerm,
    });
  }
  forgetOldest(campaign.asked, raft.voterPeers.length * roundsRemembered);
  raft.election.retrySoon(raft.now);
}

function askForVotes(raft: RaftState, campaign: Campaign): void {
  campaign.askAgainAt = raft.now + raft.options.heartbeatIntervalMs;
  if (!isOwnVoteDurable(raft) && campaign.asked.size > 0) return;
  for (const peer of raft.voterPeers) {
    if (campaign.granted.has(peer) || campaign.refused.has(peer)) continue;
    const requestId = raft.nextRequestId();
    campaign.asked.set(requestId, peer);
    raft.send(peer, {
      kind: 'voteRequest',
      requestId,
      term: campaign.term,
      lastLogIndex: raft.log.lastIndex,
      lastLogTerm: raft.log.lastTerm,
      leadershipTransfer: campaign.leadershipTransfer,
    });
  }
  forgetOldest(campaign.asked, raft.voterPeers.length * roundsRemembered);
}

/** Answers to older rounds still count where the network is slower than the retries; without end it would be a leak. */
const roundsRemembered = 16;

function forgetOldest(asked: Map<number, ReplicaId>, max: number): void {
  for (const requestId of asked.keys()) {
    if (asked.size <= max) return;
    asked.delete(requestId);
  }
}

function hasPreVoteMajority(raft: RaftState, campaign: Campaign): boolean {
  let votes = ownVotes(raft);
  for (const peer of raft.voterPeers) if (isFreshlyGranted(raft, campaign, peer)) votes += 1;
  return votes >= raft.majority;
}

/** A yes from long ago says nothing about now: that peer may have found a leader since. */
function isFreshlyGranted(raft: RaftState, campaign: Campaign, peer: ReplicaId): boolean {
  const grantedAt = campaign.granted.get(peer);
  return grantedAt !== undefined && raft.now - grantedAt < raft.options.electionTimeoutMinMs;
}

function newCampaign(raft: RaftState, about: Pick<Campaign, 'kind' | 'term' | 'why' | 'leadershipTransfer'>): Campaign {
  return { ...about, asked: new Map(), granted: new Map(), refused: new Set(), askAgainAt: raft.now };
}
