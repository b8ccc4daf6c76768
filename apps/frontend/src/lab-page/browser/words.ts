import type { CacheView, ClusterView, ExplanationView, MemberView, Serving } from '@toystore/contracts';
import { entries, entriesBehind, isOpen } from './cluster-story.js';

/** How a member looks: the word on its badge, and which of a few colours it has. */
export interface Standing {
  readonly badge: string;
  readonly tone: 'leads' | 'follows' | 'campaigns' | 'dead';
}

const notOpen: Standing = { badge: 'not open', tone: 'campaigns' };

const roles: Readonly<Record<string, Standing>> = {
  leader: { badge: 'leader', tone: 'leads' },
  follower: { badge: 'follower', tone: 'follows' },
  learner: { badge: 'learner', tone: 'follows' },
  candidate: { badge: 'candidate', tone: 'campaigns' },
  preCandidate: { badge: 'asks for votes', tone: 'campaigns' },
};

export function standingOf({ answer, role }: MemberView): Standing {
  if (answer === 'gone') return { badge: 'gone', tone: 'dead' };
  if (answer === 'silent') return { badge: 'no answer', tone: 'dead' };
  if (role === null || role === 'stopped') return notOpen;
  return roles[role] ?? { badge: role, tone: 'campaigns' };
}

/** What there is to say below a member's name. */
export function memberFacts(member: MemberView, group: readonly MemberView[]): readonly string[] {
  const { answer, priority, kind, term, leader, role, isDiskFull } = member;
  if (answer === 'gone') return ['Refuses connections: dead, or cut off.'];
  if (answer === 'silent') return ['No usable answer: paused, cut off, or in trouble.'];
  if (!isOpen(member)) return ['Its log is not open.'];
  const behind = entriesBehind(member, group);
  return [
    `term ${term ?? '?'}`,
    `priority ${priority}`,
    ...(kind === 'voter' ? [] : [kind]),
    ...(role === 'leader' ? [] : [leader === null ? 'knows no leader' : `follows ${leader}`]),
    ...(behind > 0 ? [`${entries(behind)} behind`] : []),
    ...(isDiskFull ? ['its disk is full'] : []),
  ];
}

export function logFacts({ lastLogIndex, commitIndex, appliedIndex }: MemberView): readonly string[] {
  return [
    ...(lastLogIndex === null ? [] : [`log ${lastLogIndex}`]),
    ...(commitIndex === null ? [] : [`committed ${commitIndex}`]),
    ...(appliedIndex === null ? [] : [`applied ${appliedIndex}`]),
  ];
}

export function leaderLine({ frontend, leader }: ClusterView): string {
  return leader === null ? `${frontend} knows no leader: its orders wait` : `${leader.id} leads in term ${leader.term}`;
}

export function leaseLine({ isLeaseInForce, leaseRemainingMs, epoch }: CacheView): string {
  if (isLeaseInForce) return `Lease of epoch ${epoch ?? '?'} in force, ${seconds(leaseRemainingMs)} left`;
  return 'No lease: every request goes to the catalog';
}

const servingWords: Readonly<Record<Serving, string>> = {
  hit: 'A request would be a hit.',
  'negative-hit': 'A request would be told from the cache that there is no such toy.',
  'stale-hit': 'A request would be a hit, and the toy would be loaded anew.',
  join: 'A request would wait for the load that is under way.',
  load: 'A request would be a miss.',
  pass: 'A request would go past the cache.',
};

export function servingLine({ wouldServe, because }: ExplanationView): string {
  return `${servingWords[wouldServe]} ${because}`;
}

/** Time that has gone by, in the coarsest unit that says something. */
export function ago(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
