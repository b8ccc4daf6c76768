import type { ReplicaId, Term } from './ids.js';
import { invariant } from './invariant.js';
import type { RaftState } from './state.js';

/**
 * Retreats to follower: of a newer term, of a leader that turned up, or because this replica may not lead any more.
 * What was pending on its leadership is answered here, because afterwards nobody would.
 */
export function becomeFollower(
  raft: RaftState,
  to: { readonly term: Term; readonly leader: ReplicaId | undefined; readonly why: string },
): void {
  const wasPassive = raft.role === 'follower' || raft.role === 'learner';
  if (to.term > raft.term) raft.setHardState({ term: to.term, votedFor: undefined });
  abandonLeadership(raft, to.why);
  raft.campaign = undefined;
  raft.role = raft.passiveRole;
  raft.leader = to.leader;
  if (to.leader === undefined) raft.election.lostLeader(raft.now);
  else raft.takeoverPatience.leaderIs(to.leader, raft.now);
  // A newer term alone is no reason to start waiting afresh: rivals could keep each other from ever campaigning.
  if (!wasPassive) raft.election.restart(raft.now);
  raft.trace({ kind: 'becameFollower', term: raft.term, leader: to.leader, why: to.why });
}

function abandonLeadership(raft: RaftState, why: string): void {
  const { leadership } = raft;
  if (leadership === undefined) return;
  raft.leadership = undefined;
  for (const id of leadership.reads.takeAll()) raft.out.answerRead({ id, index: undefined, term: raft.term });
  if (leadership.transfer !== undefined) {
    raft.trace({ kind: 'transferAborted', term: raft.term, target: leadership.transfer.target, why });
  }
}

/**
 * A request has come from the leader of the current term (or of a newer one, which is then the current one).
 * Raft §5.2: a candidate that sees it retreats.
 */
export function followLeader(raft: RaftState, leader: ReplicaId, term: Term): void {
  const { election } = raft;
  invariant(
    raft.role !== 'leader' || term > raft.term,
    () => `one leader a term: ${raft.id} leads term ${raft.term}, yet ${leader} speaks as its leader`,
  );
  // Still in the pipe when its process died: obey it, but do not wait for a dead leader's timeout because of it.
  if (term === raft.term && election.isGone(raft.now, { peer: leader, term })) return;
  if (raft.role !== raft.passiveRole || raft.leader !== leader || term > raft.term) {
    becomeFollower(raft, { term, leader, why: 'a leader was heard' });
  }
  election.heardLeader(raft.now, leader);
}
