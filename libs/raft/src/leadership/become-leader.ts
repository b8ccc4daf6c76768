import type { Entry } from '../entry.js';
import type { LogIndex, ReplicaId } from '../ids.js';
import { invariant } from '../invariant.js';
import type { RaftState } from '../state.js';
import { Leadership } from './leadership.js';

const noData = new Uint8Array(0);

/**
 * Raft §5.2, §8: the winner announces itself with the first entry of its term. Until that one is committed it cannot
 * know how far its predecessors' entries are committed, so it neither answers reads nor counts replicas of them.
 */
export function becomeLeader(raft: RaftState, votes: readonly ReplicaId[]): void {
  invariant(
    raft.votedFor === raft.id,
    () => `a leader voted for itself in term ${raft.term}, not for ${raft.votedFor}`,
  );
  raft.role = 'leader';
  raft.leader = raft.id;
  raft.campaign = undefined;
  raft.election.leaderlessSince = undefined;
  raft.takeoverPatience.leaderIs(raft.id, raft.now);
  const firstOfTerm = (raft.log.lastIndex + 1) as LogIndex;
  const leadership = new Leadership(raft.id, raft.configuration, raft.options, {
    now: raft.now,
    nextIndex: firstOfTerm,
  });
  leadership.uncommittedBytes = uncommittedBytes(raft);
  raft.leadership = leadership;
  raft.trace({ kind: 'becameLeader', term: raft.term, votes });
  raft.appendEntries([{ index: firstOfTerm, term: raft.term, kind: 'noop', data: noData }]);
}

function uncommittedBytes(raft: RaftState): number {
  const uncommitted: readonly Entry[] = raft.log.slice(raft.commitIndex + 1, raft.log.lastIndex + 1);
  return uncommitted.reduce((bytes, entry) => bytes + entry.data.byteLength, 0);
}
