import type { RaftStatus } from '@quorumkit/raft';
import { isMemberId, isMemberPriority, originOf } from '../group/member-rules.js';
import type { GroupMember } from './membership.js';

/**
 * Who belonged to the group as of one committed log index: what a replica can tell others about the group without ever
 * having to take it back. Committed logs agree (and so do the first members, which all options name alike), so of two of
 * these the one with the greater index is at least as new, whoever tells it: a replica that lags, was cut off or has been
 * removed is only behind, never in conflict.
 *
 * Rejected: the configuration in force, ordered by the term and index of its entry. It may not be committed. (1) A leads
 * term 1 of A, B, C, appends "+D" on its own disk alone and is cut off. (2) B leads term 2, and A's entry is cut. Nobody
 * ever names a newer entry: whoever has asked A in between counts D as a member for ever.
 */
export interface SettledConfiguration {
  readonly asOfIndex: number;
  readonly members: readonly GroupMember[];
}

/** As in the core: fifteen voters and what is about to become one, or was. */
const membersMax = 31;
const kinds: readonly unknown[] = ['voter', 'learner', 'returning'] satisfies GroupMember['kind'][];

/** Null while the configuration in force is not known to be committed. */
export function settledConfigurationOf({
  commitIndex,
  pendingChange,
  members,
}: Pick<RaftStatus, 'commitIndex' | 'pendingChange' | 'members'>): SettledConfiguration | null {
  if (pendingChange !== undefined) return null;
  // The address in the log, not the one that this replica uses: equal on all of them, so nobody has to choose.
  return {
    asOfIndex: commitIndex,
    members: members.map(({ id, kind, priority, context }) => ({ id, url: context, priority, kind })),
  };
}

/** From another process: a configuration in which everything is as it must be, or why it is none. */
export function parseSettledConfiguration(value: unknown): SettledConfiguration | { readonly problem: string } {
  const { asOfIndex, members } = fieldsOf(value);
  if (!Number.isSafeInteger(asOfIndex) || (asOfIndex as number) < 0)
    return { problem: `asOfIndex: a log index is needed, got ${shown(asOfIndex)}` };
  if (!Array.isArray(members) || members.length < 1 || members.length > membersMax)
    return { problem: `members: 1 to ${membersMax} are needed` };
  const parsed: GroupMember[] = [];
  for (const [position, member] of members.entries()) {
    const { id, url, priority, kind } = fieldsOf(member);
    const origin = originOf(url);
    if (!isMemberId(id)) return { problem: `members[${position}].id: got ${shown(id)}` };
    if (parsed.some((other) => other.id === id)) return { problem: `members[${position}].id: ${id} is used twice` };
    if (origin === undefined)
      return { problem: `members[${position}].url: an http(s) origin is needed, got ${shown(url)}` };
    if (!isMemberPriority(priority)) return { problem: `members[${position}].priority: got ${shown(priority)}` };
    if (!isKind(kind)) return { problem: `members[${position}].kind: got ${shown(kind)}` };
    parsed.push(Object.freeze({ id, url: origin, priority, kind }));
  }
  if (!parsed.some(({ kind }) => kind === 'voter')) return { problem: 'members: none of them is a voter' };
  return Object.freeze({ asOfIndex: asOfIndex as number, members: Object.freeze(parsed) });
}

function isKind(kind: unknown): kind is GroupMember['kind'] {
  return kinds.includes(kind);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Short: it comes from outside and goes to a log. */
function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 100);
}
