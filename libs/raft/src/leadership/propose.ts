import type { RejectionReason } from '../effect.js';
import type { Entry } from '../entry.js';
import type { LogIndex } from '../ids.js';
import type { Proposal } from '../input.js';
import type { RaftState } from '../state.js';

/** Raft §5.3: the leader appends; the step's requests and its own disk write then carry the entries in parallel. */
export function propose(raft: RaftState, proposals: readonly Proposal[]): void {
  const entries: Entry[] = [];
  for (const proposal of proposals) {
    const objection = objectionTo(raft, proposal);
    if (objection !== undefined) {
      raft.out.reject({ id: proposal.id, reason: objection, leader: raft.leader, term: raft.term });
      continue;
    }
    const index = (raft.log.lastIndex + entries.length + 1) as LogIndex;
    entries.push({ index, term: raft.term, kind: 'command', data: proposal.data });
    if (raft.leadership !== undefined) raft.leadership.uncommittedBytes += proposal.data.byteLength;
    raft.out.accept({ id: proposal.id, index, term: raft.term });
  }
  if (entries.length > 0) raft.appendEntries(entries);
}

function objectionTo(raft: RaftState, proposal: Proposal): RejectionReason | undefined {
  const { leadership } = raft;
  if (leadership === undefined) return 'notLeader';
  if (leadership.transfer !== undefined) return 'transferring';
  // One proposal larger than the limit must be able to pass alone, or it never could.
  const bytes = leadership.uncommittedBytes;
  const fits = bytes === 0 || bytes + proposal.data.byteLength <= raft.options.maxUncommittedBytes;
  return fits ? undefined : 'backpressure';
}
