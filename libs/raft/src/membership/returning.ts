import type { Leadership } from '../leadership/leadership.js';
import type { Follower } from '../replication/follower.js';
import type { RaftState } from '../state.js';
import { isCaughtUp } from './catch-up.js';
import { appendConfiguration, objectionToNow } from './change-membership.js';
import type { Member } from './configuration.js';

/**
 * Brings back members whose store was lost: the leader takes the voter out of the majority, lets it catch up, and makes
 * it a voter again, by ordinary changes of the group.
 *
 * **Why this is safe.** What a voter has promised, its store must keep: that it gave its vote of term 7 to C, that it
 * has entry 40, that it obeys no leader of a term below 7. A store that forgot can break all three:
 * - (1) B votes for C in term 7, loses its store, and votes for A in term 7: two leaders.
 * - (2) A and B commit entry 40, B loses its store, and elects C, which does not have it: a lost entry.
 * - (3) B votes for C in term 7 and loses its store; A, which still leads term 6, gets B's acknowledgement and commits
 *   entry 40 with it, while C, elected with B's old vote, commits another entry 40: two histories.
 *
 * None of it needs a bound on the terms that B may have voted in. A member is a *store* under a name: each answer says
 * which store gives it, and is counted only where the configuration names that store. So a new store is a new server,
 * the lost one is a server that has crashed for good, and what follows are the dissertation's single-server changes:
 * the old B is taken out (`returning`), the new B catches up as a learner, the new B is added as a voter. Raft's proof
 * holds for each step; nothing in it says that two servers may not have one name, one after the other.
 *
 * In the terms of (3): the entry that takes the old B out is committed by a majority of the *others*, which shares a
 * member with any majority that C could have gathered by help of B's old vote. That member either has promised term 7,
 * then A's entry does not commit; or it has the entry, then it refuses C, whose log lacks it. B's new store votes
 * only for candidates that have the entry that made it a voter, which stands in the log after that one, and it
 * acknowledged everything up to there. Hence it holds every entry that the old store had helped to commit.
 *
 * **What it needs:** a driver that gives a new store a new id, durably, before it starts (`StoredState.storeId`); and a
 * leader, elected by the others. Where a majority has lost its stores there is none, and the group stands still rather
 * than make up a history.
 */
export function bringBackLostStores(raft: RaftState, leadership: Leadership): void {
  if (leadership.transfer !== undefined) return;
  const next = memberToChange(raft, leadership);
  if (next === undefined || objectionToNow(raft, leadership) !== undefined) return;
  appendConfiguration(raft, next.id, next);
}

function memberToChange(raft: RaftState, { followers }: Leadership): Member | undefined {
  for (const follower of followers) {
    if (follower.hasLostStore) return withNewStore(follower);
  }
  const returned = followers.find((follower) => follower.member?.kind === 'returning' && isCaughtUp(raft, follower));
  return returned?.member && { ...returned.member, kind: 'voter' };
}

function withNewStore({ member, storeId }: Follower): Member | undefined {
  if (member === undefined || storeId === undefined) return undefined;
  return { ...member, kind: member.kind === 'learner' ? 'learner' : 'returning', storeId };
}
