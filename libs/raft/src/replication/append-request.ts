import type { Entry } from '../entry.js';
import type { LogIndex, ReplicaId } from '../ids.js';
import type { AppendRequest, AppendResponse } from '../message.js';
import { followLeader } from '../roles.js';
import type { RaftState } from '../state.js';

type Conflict = NonNullable<AppendResponse['conflict']>;

/** Raft §5.3, figure 2 "AppendEntries RPC", the receiver's side. */
export function answerAppend(raft: RaftState, from: ReplicaId, request: AppendRequest): void {
  if (request.term < raft.term) {
    respond(raft, from, request, {});
    return;
  }
  if (!isContiguous(request)) {
    raft.drop(from, request, `its entries do not follow position ${request.prevLogIndex} one by one`);
    return;
  }
  followLeader(raft, from, request.term);
  const conflict = findConflict(raft, request);
  if (conflict !== undefined) {
    respond(raft, from, request, { conflict });
    return;
  }
  acceptEntries(raft, request.entries);
  const matchIndex = (request.prevLogIndex + request.entries.length) as LogIndex;
  // Only through the last entry this request vouches for: what lies beyond may be a rival's and is about to be cut.
  raft.commitThrough(Math.min(request.commitIndex, matchIndex) as LogIndex);
  respond(raft, from, request, { matchIndex });
}

/** The consistency check: the entry before the new ones must be the leader's, or the log would get a gap or a seam. */
function findConflict(raft: RaftState, request: AppendRequest): Conflict | undefined {
  const { log } = raft;
  // Compacted positions are committed, and committed entries are the same on the leader (Leader Completeness).
  if (request.prevLogIndex < log.firstIndex - 1) return undefined;
  const ownTerm = log.termAt(request.prevLogIndex);
  if (ownTerm === undefined) return { index: (log.lastIndex + 1) as LogIndex, term: undefined };
  if (ownTerm === request.prevLogTerm) return undefined;
  // The leader skips the whole term at once instead of asking for each of its entries.
  const firstOfTerm = Math.max(log.firstIndexFromTerm(ownTerm), raft.commitIndex + 1) as LogIndex;
  return { index: firstOfTerm, term: ownTerm };
}

/**
 * Cuts only at a real conflict. A request that was overtaken by a later one carries a prefix of what is already here;
 * cutting after it would remove entries that this replica has acknowledged.
 */
function acceptEntries(raft: RaftState, entries: readonly Entry[]): void {
  let known = 0;
  for (const entry of entries) {
    if (entry.index >= raft.log.firstIndex && raft.log.termAt(entry.index) !== entry.term) break;
    known += 1;
  }
  const first = entries[known];
  if (first === undefined) return;
  if (first.index <= raft.log.lastIndex) raft.truncateLog(first.index);
  raft.appendEntries(known === 0 ? entries : entries.slice(known));
}

function respond(
  raft: RaftState,
  from: ReplicaId,
  request: AppendRequest,
  outcome: Pick<Partial<AppendResponse>, 'matchIndex' | 'conflict'>,
): void {
  const { matchIndex, conflict } = outcome;
  const response: AppendResponse = {
    kind: 'appendResponse',
    requestId: request.requestId,
    term: raft.term,
    matchIndex,
    conflict,
  };
  // Only a match is a promise. Where to look next may be said before anything is durable.
  if (conflict === undefined)
    raft.send(from, response, matchIndex === undefined ? 0 : raft.durability.sequenceFor(matchIndex));
  else raft.sendAtOnce(from, response);
}

function isContiguous(request: AppendRequest): boolean {
  let index: number = request.prevLogIndex;
  let term: number = request.prevLogTerm;
  for (const entry of request.entries) {
    index += 1;
    if (entry.index !== index || entry.term < term || entry.term > request.term) return false;
    term = entry.term;
  }
  return true;
}
