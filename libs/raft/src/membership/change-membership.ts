import type { MembershipRejection } from '../effect.js';
import type { LogIndex } from '../ids.js';
import { unreachable } from '../invariant.js';
import type { Leadership } from '../leadership/leadership.js';
import { isInContact } from '../leadership/transfer.js';
import { majorityOf } from '../quorum.js';
import type { Follower } from '../replication/follower.js';
import type { RaftState } from '../state.js';
import { isCaughtUp } from './catch-up.js';
import {
  configurationOf,
  contextLengthMax,
  encodeConfiguration,
  memberOf,
  membersMax,
  votersMax,
  votersOf,
  type Configuration,
  type Member,
  type MembershipChange,
} from './configuration.js';

interface Objection {
  readonly reason: MembershipRejection;
  readonly why: string;
}

/**
 * Dissertation §4.1, single-server changes: the old and the new configuration differ by one member, so any majority of
 * the one shares a member with any majority of the other. A configuration is in force as soon as it is in the log.
 *
 * Two rules make the argument hold along a chain of changes:
 * - one change at a time: the one before must be committed, or two steps could be taken at once;
 * - a leader first commits an entry of its own term (the bug of 2015). Otherwise: (1) A, B, C, D; leader A of term 1
 *   appends "+E" on itself alone and is cut off. (2) B leads term 2, appends "−D" at the same place; its majority of
 *   A, B, C is B and C: committed. (3) A comes back, and leads term 3 with the votes of D and E, who know of nothing:
 *   a majority of its A, B, C, D, E. It overwrites what B committed. With the rule B's first entry of term 2 is on a
 *   majority of A, B, C, D before it may change anything, and that majority denies A its votes.
 */
export function changeMembership(
  raft: RaftState,
  request: { readonly id: number; readonly change: MembershipChange },
): void {
  const { leadership } = raft;
  const { id, change } = request;
  if (leadership === undefined || leadership.transfer !== undefined) {
    const reason = leadership === undefined ? 'notLeader' : 'transferring';
    raft.out.reject({ id, reason, leader: raft.leader, term: raft.term });
    return;
  }
  const objection =
    objectionToNow(raft, leadership) ??
    objectionTo(raft, leadership, change) ??
    objectionToResult(raft, leadership, configurationAfter(raft, change.member, memberAfter(raft, change)));
  if (objection === undefined) {
    raft.out.accept({ id, index: (raft.log.lastIndex + 1) as LogIndex, term: raft.term });
    appendConfiguration(raft, change.member, memberAfter(raft, change));
    return;
  }
  raft.trace({ kind: 'membershipRefused', term: raft.term, change, why: objection.why });
  raft.out.reject({ id, ...objection, leader: raft.leader, term: raft.term });
}

/** Whatever the change is: may this leader change anything now? */
export function objectionToNow(raft: RaftState, leadership: Leadership): Objection | undefined {
  if (!leadership.committedInTerm) {
    const why = `no entry of term ${raft.term} is committed yet`;
    return { reason: 'notCommittedInTerm', why };
  }
  if (raft.pendingChange !== undefined) {
    const why = `the change at entry ${raft.pendingChange} is not committed yet`;
    return { reason: 'changePending', why };
  }
  return undefined;
}

/** The member as it is to be, in place of the one of its name; undefined: it is removed. */
export function appendConfiguration(raft: RaftState, id: Member['id'], member: Member | undefined): void {
  const configuration = configurationAfter(raft, id, member);
  const index = (raft.log.lastIndex + 1) as LogIndex;
  const data = encodeConfiguration(configuration);
  if (raft.leadership !== undefined) raft.leadership.uncommittedBytes += data.byteLength;
  raft.appendEntries([{ index, term: raft.term, kind: 'membership', data }]);
}

function configurationAfter(raft: RaftState, id: Member['id'], member: Member | undefined): Configuration {
  const others = raft.configuration.members.filter((other) => other.id !== id);
  return configurationOf(member === undefined ? others : [...others, member]);
}

/**
 * The change is committed by the new voters: where no majority of them answers, the group would stand still, and could
 * not even take the change back.
 */
function objectionToResult(
  raft: RaftState,
  leadership: Leadership,
  configuration: Configuration,
): Objection | undefined {
  const voters = votersOf(configuration);
  const present = voters.filter(({ id }) => id === raft.id || isPresent(raft, leadership.followerOf(id)));
  if (present.length >= majorityOf(voters.length)) return undefined;
  const names = present.map(({ id }) => id).join(', ') || 'none';
  return { reason: 'noQuorum', why: `of the ${voters.length} voters there would be, these are in contact: ${names}` };
}

function isPresent(raft: RaftState, follower: Follower | undefined): boolean {
  if (follower?.steadySince === undefined || !isInContact(raft, follower) || follower.hasLostStore) return false;
  // After a pause of this process answers from before it come late: they say nothing about now.
  return raft.now - follower.confirmedSentAt < raft.options.electionTimeoutMaxMs;
}

function objectionTo(raft: RaftState, leadership: Leadership, change: MembershipChange): Objection | undefined {
  const member = memberOf(raft.configuration, change.member);
  if (change.kind === 'addLearner') return objectionToNewcomer(raft, change);
  if (member === undefined) return impossible(`${change.member} is no member of this group`);
  const voters = votersOf(raft.configuration);
  switch (change.kind) {
    case 'promote':
      if (member.kind === 'voter') return impossible(`${change.member} is a voter already`);
      if (voters.length >= votersMax) return impossible(`a group has at most ${votersMax} voters`);
      return isCaughtUp(raft, leadership.followerOf(change.member))
        ? undefined
        : { reason: 'notCaughtUp', why: `${change.member} lags, or does not answer` };
    case 'demote':
      if (member.kind !== 'voter') return impossible(`${change.member} is no voter`);
      return voters.length === 1 ? impossible('the group would have no voter left') : undefined;
    case 'remove':
      return member.kind === 'voter' && voters.length === 1
        ? impossible('the group would have no voter left')
        : undefined;
    default:
      return unreachable(change);
  }
}

function objectionToNewcomer(
  raft: RaftState,
  change: Extract<MembershipChange, { kind: 'addLearner' }>,
): Objection | undefined {
  const { member, priority, context } = change;
  const { members } = raft.configuration;
  if (memberOf(raft.configuration, member) !== undefined) return impossible(`${member} is a member already`);
  if (members.length >= membersMax) return impossible(`a group has at most ${membersMax} members`);
  if (member.length < 1 || member.length > 128) return impossible('a replica id has 1 to 128 characters');
  if (!Number.isSafeInteger(priority) || priority < 0 || priority > 1000)
    return impossible(`a priority is an integer from 0 to 1000, got ${priority}`);
  return context.length > contextLengthMax
    ? impossible(`a context has at most ${contextLengthMax} characters, got ${context.length}`)
    : undefined;
}

function memberAfter(raft: RaftState, change: MembershipChange): Member | undefined {
  const { member: id } = change;
  if (change.kind === 'remove') return undefined;
  if (change.kind === 'addLearner')
    return { id, kind: 'learner', priority: change.priority, storeId: 0, context: change.context };
  const member = memberOf(raft.configuration, id);
  return member && { ...member, kind: change.kind === 'promote' ? 'voter' : 'learner' };
}

function impossible(why: string): Objection {
  return { reason: 'impossible', why };
}
