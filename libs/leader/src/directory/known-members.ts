import type { MemberOptions } from '../group/group-options.js';
import type { GroupMember } from '../membership/membership.js';
import type { SettledConfiguration } from '../membership/settled-configuration.js';

/** Whom a directory knows: those it was configured with, and those that the group has told it of since. */
export interface KnownMembers {
  /** Where to begin again when nobody else answers; never forgotten. */
  readonly configured: readonly MemberOptions[];
  /** The committed log index as of which `members` are the group; 0: nobody has told anything yet. */
  readonly asOfIndex: number;
  readonly members: readonly GroupMember[];
}

/** Before anybody has answered: what the options say, all of them voters. */
export function membersAtFirst(configured: readonly MemberOptions[]): KnownMembers {
  const members = configured.map(({ id, url, priority }) =>
    Object.freeze({ id, url, priority, kind: 'voter' as const }),
  );
  return Object.freeze({ configured, asOfIndex: 0, members: Object.freeze(members) });
}

/**
 * Takes what one member said, if it is newer. Never goes back: an equal index says nothing new, a lower one is what
 * somebody who lags or was removed still believes.
 *
 * A configured address wins over the one in the log, as it does for the members themselves: behind proxies each caller
 * sees others.
 */
export function learnMembers(known: KnownMembers, told: SettledConfiguration): KnownMembers {
  if (told.asOfIndex <= known.asOfIndex) return known;
  const members = told.members.map((member) =>
    Object.freeze({ ...member, url: configuredUrlOf(known, member.id) ?? member.url }),
  );
  // The same list stays the same object: whoever watches it sees changes only.
  return Object.freeze({
    ...known,
    asOfIndex: told.asOfIndex,
    members: isSameList(known.members, members) ? known.members : Object.freeze(members),
  });
}

/** Who elects, who can lead, and whose majority counts. */
export function votersIn({ members }: KnownMembers): readonly GroupMember[] {
  return members.filter(({ kind }) => kind === 'voter');
}

/**
 * Whoever may know more: also learners, and the configured ones that do not belong to the group any more. They count for
 * nothing, but when all others have been replaced meanwhile, one of them may know by whom.
 */
export function everybodyIn({ configured, members }: KnownMembers): readonly MemberOptions[] {
  return [...members, ...configured.filter(({ id }) => !members.some((member) => member.id === id))];
}

function configuredUrlOf({ configured }: KnownMembers, id: string): string | undefined {
  return configured.find((member) => member.id === id)?.url;
}

function isSameList(left: readonly GroupMember[], right: readonly GroupMember[]): boolean {
  const isSame = (one: GroupMember, other: GroupMember | undefined): boolean =>
    one.id === other?.id && one.url === other.url && one.priority === other.priority && one.kind === other.kind;
  return (
    left.length === right.length &&
    left.every((member) =>
      isSame(
        member,
        right.find(({ id }) => id === member.id),
      ),
    )
  );
}
