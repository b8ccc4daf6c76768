import type { MemberReply, MemberStatus } from './member-status.js';

export interface ElectionView {
  readonly voters: readonly { readonly id: string; readonly priority: number }[];
  /** Whoever has not replied yet is absent; whoever is no voter does not count. */
  readonly replies: ReadonlyMap<string, MemberReply>;
  /** No leader of an older term is adopted. */
  readonly newestTerm: number;
  /**
   * Two heartbeats of the group, ms: a replica that has heard its leader within this time would not believe that the
   * leader is dead, so it is not worth asking.
   */
  readonly believedMs: number;
}

export type LeaderDecision =
  | {
      readonly kind: 'adopt';
      readonly leader: string;
      readonly term: number;
      /** Members that do not follow it yet. */ readonly unaware: readonly string[];
    }
  /** Nobody leads: ask these to campaign, the first one first. */
  | {
      readonly kind: 'nominate';
      readonly candidates: readonly string[];
      readonly observedTerm: number;
      readonly reachable: readonly string[];
    }
  | { readonly kind: 'wait'; readonly why: string };

/**
 * The directory's whole judgement, as a function of what the members said.
 *
 * A leader is adopted when it says so itself and a majority of *all* voters follows it in its term. Only where a
 * majority could elect and does not hear a leader is anybody nominated: among those whose log lets them win, the
 * highest priority. The votes decide; this only says who should ask for them, and when.
 */
export function decideLeader(view: ElectionView): LeaderDecision {
  const majority = Math.floor(view.voters.length / 2) + 1;
  const statuses = view.voters
    .flatMap(({ id }) => statusIn(view.replies.get(id)))
    .filter(({ role }) => role !== 'stopped');
  const newest = Math.max(view.newestTerm, 0, ...statuses.map(({ term }) => term));

  const claimant = statuses
    .filter(({ role, term }) => role === 'leader' && term >= view.newestTerm)
    .sort((left, right) => right.term - left.term)[0];
  if (claimant !== undefined) {
    const following = statuses.filter(({ term, leader }) => term === claimant.term && leader === claimant.id);
    const quorumHeard = claimant.leaderContactAgeMs < view.believedMs;
    if (following.length >= majority && quorumHeard && claimant.inOffice) {
      const unaware = statuses.filter((status) => !following.includes(status)).map(({ id }) => id);
      return { kind: 'adopt', leader: claimant.id, term: claimant.term, unaware };
    }
    if (quorumHeard && following.length >= majority)
      return { kind: 'wait', why: `${claimant.id} leads in term ${claimant.term} and is taking office` };
    if (quorumHeard)
      return {
        kind: 'wait',
        why: `${claimant.id} leads in term ${claimant.term}; ${following.length} of ${majority} needed members follow it yet`,
      };
  }
  if (statuses.length < majority)
    return { kind: 'wait', why: `${statuses.length} of ${majority} needed members answer` };

  const willing = statuses.filter((status) => !hearsLeader(status, view.believedMs));
  if (willing.length < majority)
    return { kind: 'wait', why: `only ${willing.length} of ${majority} needed members do without a leader` };
  const campaigning = statuses.find(({ role, term }) => role === 'candidate' && term === newest);
  if (campaigning !== undefined)
    return { kind: 'wait', why: `${campaigning.id} is campaigning in term ${campaigning.term}` };

  const priorities = new Map(view.voters.map(({ id, priority }) => [id, priority]));
  const candidates = willing
    .filter((candidate) => candidate.role !== 'learner')
    .filter((candidate) => willing.filter((voter) => compareLogs(voter, candidate) <= 0).length >= majority)
    .sort(
      (left, right) =>
        (priorities.get(right.id) ?? 0) - (priorities.get(left.id) ?? 0) ||
        compareLogs(right, left) ||
        (left.id < right.id ? -1 : 1),
    )
    .map(({ id }) => id);
  if (candidates.length === 0) return { kind: 'wait', why: 'nobody who answers could win' };
  return { kind: 'nominate', candidates, observedTerm: newest, reachable: statuses.map(({ id }) => id) };
}

function statusIn(reply: MemberReply | undefined): readonly MemberStatus[] {
  return reply?.kind === 'status' ? [reply.status] : [];
}

/** A leader without a quorum in contact counts as one that hears nobody: it would vote for a successor. */
function hearsLeader({ leader, leaderContactAgeMs }: MemberStatus, believedMs: number): boolean {
  return leader !== undefined && leaderContactAgeMs < believedMs;
}

/** Raft §5.4.1: the later last term wins, then the longer log. */
function compareLogs(left: MemberStatus, right: MemberStatus): number {
  return left.lastLogTerm - right.lastLogTerm || left.lastLogIndex - right.lastLogIndex;
}
