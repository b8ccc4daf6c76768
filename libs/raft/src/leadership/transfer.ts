import type { ReplicaId } from '../ids.js';
import type { TimeoutNowRequest, TimeoutNowResponse } from '../message.js';
import type { Follower } from '../replication/follower.js';
import { becomeFollower, followLeader } from '../roles.js';
import { startElection } from '../election/campaign.js';
import type { RaftState } from '../state.js';
import type { Leadership } from './leadership.js';

/** A hand-over in progress (dissertation §3.10). */
export interface Transfer {
  readonly target: ReplicaId;
  readonly abortAt: number;
  /** When to tell the target (again) that it may go; first as soon as it has everything. */
  urgeAt: number;
}

/** Stops taking proposals, lets the target catch up, then has it campaign at once. */
export function startTransfer(raft: RaftState, target: ReplicaId | undefined): void {
  const { leadership } = raft;
  const heir = target ?? (leadership === undefined ? undefined : bestHeir(raft, leadership)?.peer);
  if (heir === undefined || leadership === undefined) {
    const why = leadership === undefined ? 'this replica does not lead' : 'no follower is in contact';
    raft.trace({ kind: 'transferAborted', term: raft.term, target: heir ?? raft.id, why });
    return;
  }
  const objection = objectionToTransfer(raft, leadership, heir);
  if (objection !== undefined) {
    raft.trace({ kind: 'transferAborted', term: raft.term, target: heir, why: objection });
    return;
  }
  leadership.transfer = { target: heir, abortAt: raft.now + raft.options.electionTimeoutMaxMs, urgeAt: raft.now };
  raft.trace({ kind: 'transferStarted', term: raft.term, target: heir });
}

function objectionToTransfer(raft: RaftState, leadership: Leadership, target: ReplicaId): string | undefined {
  if (target === raft.id) return 'this replica leads already';
  const follower = leadership.followerOf(target);
  if (follower?.member?.kind !== 'voter') return 'it is not a voter of this group';
  if (follower.hasLostStore) return 'it has lost its store and has not returned yet';
  return leadership.transfer === undefined ? undefined : `leadership is being handed to ${leadership.transfer.target}`;
}

/** Gives leadership up. Whoever has most of the log is told, so that the group need not wait for a timeout. */
export function stepDown(raft: RaftState, why: string): void {
  const { leadership } = raft;
  if (leadership === undefined) return;
  // Nobody waits for it to catch up, so only the longest log can win.
  const reachable = possibleHeirs(raft, leadership);
  const heir = reachable.sort(
    (left, right) => right.matchIndex - left.matchIndex || compareHeirs(raft, left, right),
  )[0];
  if (heir !== undefined) sendTimeoutNow(raft, heir.peer);
  leadership.transfer = undefined;
  becomeFollower(raft, { term: raft.term, leader: undefined, why });
  raft.election.campaignAt += raft.options.electionTimeoutMaxMs;
}

function possibleHeirs(raft: RaftState, leadership: Leadership): Follower[] {
  return leadership.voters.filter((follower) => isInContact(raft, follower) && !follower.hasLostStore);
}

/** Among those in contact and not far behind, which the rest of the log reaches soon. */
function bestHeir(raft: RaftState, leadership: Leadership): Follower | undefined {
  const reachable = possibleHeirs(raft, leadership);
  const longest = Math.max(0, ...reachable.map((follower) => follower.matchIndex));
  const needed = Math.min(longest, raft.commitIndex);
  return reachable
    .filter((follower) => follower.matchIndex >= needed)
    .sort((left, right) => compareHeirs(raft, left, right) || right.matchIndex - left.matchIndex)[0];
}

/** A quick disk, then the highest priority. */
function compareHeirs(raft: RaftState, left: Follower, right: Follower): number {
  const byDisk = Number(isQuickToWrite(raft, right)) - Number(isQuickToWrite(raft, left));
  return byDisk || raft.priorityOf(right.peer) - raft.priorityOf(left.peer);
}

/** An heir must have its own vote on disk before an election timeout is over, or there is no leader for that long. */
export function isQuickToWrite(raft: RaftState, follower: Follower): boolean {
  return follower.lastWriteTookMs < raft.options.electionTimeoutMinMs / 2;
}

export function isInContact(raft: RaftState, follower: Follower): boolean {
  return follower.answeredOnce && raft.now - follower.lastContactAt < raft.options.electionTimeoutMinMs;
}

export function advanceTransfer(raft: RaftState, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === undefined) return;
  if (raft.now >= transfer.abortAt) {
    abortTransfer(raft, 'no new leader appeared within an election timeout');
    return;
  }
  const target = leadership.followerOf(transfer.target);
  if (target?.member?.kind !== 'voter' || target.hasLostStore) {
    abortTransfer(raft, 'it is no voter any more');
    return;
  }
  if (raft.now < transfer.urgeAt || target.matchIndex < raft.log.lastIndex) return;
  transfer.urgeAt = raft.now + raft.options.heartbeatIntervalMs;
  sendTimeoutNow(raft, transfer.target);
}

export function abortTransfer(raft: RaftState, why: string): void {
  const { leadership } = raft;
  if (leadership?.transfer === undefined) return;
  const { target } = leadership.transfer;
  leadership.transfer = undefined;
  const follower = leadership.followerOf(target);
  // Before it is offered leadership again it has to prove itself anew.
  if (follower !== undefined) follower.steadySince = undefined;
  raft.takeoverPatience.leaderIs(raft.id, raft.now);
  raft.trace({ kind: 'transferAborted', term: raft.term, target, why });
}

function sendTimeoutNow(raft: RaftState, target: ReplicaId): void {
  raft.send(target, { kind: 'timeoutNowRequest', requestId: raft.nextRequestId(), term: raft.term });
}

/** The leader itself asks for this election, so there is nobody to ask first: no pre-vote (canonical/raft#203). */
export function answerTimeoutNow(raft: RaftState, from: ReplicaId, request: TimeoutNowRequest): void {
  if (request.term >= raft.term) {
    followLeader(raft, from, request.term);
    if (raft.isVoter) startElection(raft, { why: `leader ${from} hands over`, leadershipTransfer: true });
    else raft.trace({ kind: 'nominationRefused', term: raft.term, why: 'this replica is no voter' });
  }
  raft.send(from, { kind: 'timeoutNowResponse', requestId: request.requestId, term: raft.term });
}

export function receiveTimeoutNow(raft: RaftState, from: ReplicaId, response: TimeoutNowResponse): void {
  if (response.term > raft.term) {
    becomeFollower(raft, {
      term: response.term,
      leader: undefined,
      why: `${from} took the hand-over, term ${response.term}`,
    });
  }
}
