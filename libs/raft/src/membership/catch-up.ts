import type { Leadership } from '../leadership/leadership.js';
import { isInContact } from '../leadership/transfer.js';
import type { Follower } from '../replication/follower.js';
import type { RaftState } from '../state.js';

/**
 * Dissertation §4.2.1. A learner catches up in rounds: each is everything that was in the leader's log when the round
 * began. When a round takes less than an election timeout, the group will not wait longer than that for the newcomer's
 * disk, which is what a failed leader would cost anyway. (A fixed number of rounds, as in the dissertation, would
 * only add a place to give up; here a learner that is too slow simply stays one.)
 */
export interface CatchUpRound {
  /** The last entry of the leader when the round began. */
  readonly target: number;
  readonly startedAt: number;
}

/** After answers and on each heartbeat: ends the rounds that are done and begins the next. */
export function noteCatchUp(raft: RaftState, leadership: Leadership): void {
  for (const follower of leadership.followers) {
    if (follower.member === undefined || follower.member.kind === 'voter') continue;
    noteRound(raft, follower);
  }
}

function noteRound(raft: RaftState, follower: Follower): void {
  const { round } = follower;
  if (round !== undefined && follower.matchIndex < round.target) return;
  if (round !== undefined) follower.lastRoundTookMs = raft.now - round.startedAt;
  follower.round = { target: raft.log.lastIndex, startedAt: raft.now };
}

/** Its last round, and the one under way, are short enough, and it is there. */
export function isCaughtUp(raft: RaftState, follower: Follower | undefined): boolean {
  if (follower?.round === undefined || follower.hasLostStore || !isInContact(raft, follower)) return false;
  const { electionTimeoutMinMs } = raft.options;
  const underWayMs = follower.matchIndex >= follower.round.target ? 0 : raft.now - follower.round.startedAt;
  return follower.lastRoundTookMs < electionTimeoutMinMs && underWayMs < electionTimeoutMinMs;
}
