import { broadcastHeartbeats } from '../replication/heartbeat.js';
import type { RaftState } from '../state.js';
import type { Leadership } from './leadership.js';

/** Dissertation §6.4. Reads that come while a round is in progress share the next one. */
export function readIndex(raft: RaftState, id: number): void {
  const { leadership } = raft;
  if (leadership === undefined || leadership.reads.size >= raft.options.maxPendingReads) {
    raft.out.answerRead({ id, index: undefined, term: raft.term });
    return;
  }
  leadership.reads.add(id);
}

/**
 * Begins and ends rounds as far as what is known allows. A confirmation of a *later* request confirms the earlier
 * ones, so a round survives lost heartbeats: the next periodic one stands in.
 */
export function advanceReads(raft: RaftState, leadership: Leadership): void {
  if (!leadership.committedInTerm) return;
  answerConfirmed(raft, leadership);
  if (!leadership.reads.wantsRound) return;
  const firstRequestId = raft.nextRequestId();
  leadership.reads.beginRound({ index: raft.commitIndex, firstRequestId });
  // A leader that is the only voter needs nobody to confirm it.
  if (leadership.voters.length === 0) answerConfirmed(raft, leadership);
  else broadcastHeartbeats(raft, leadership);
}

function answerConfirmed(raft: RaftState, leadership: Leadership): void {
  const confirmed = leadership.reads.takeConfirmed(leadership.quorumConfirmedRequest());
  if (confirmed === undefined) return;
  for (const id of confirmed.ids) raft.out.answerRead({ id, index: confirmed.index, term: raft.term });
}
