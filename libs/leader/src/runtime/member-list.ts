import type { Member } from '@quorumkit/raft';
import type { GroupMember } from '../membership/membership.js';
import type { MemberOptions } from '../group/group-options.js';

/**
 * The members with their addresses: the core carries those along without looking at them. An address in this member's own
 * options wins over the one in the log, which is how the leader of that time saw it: behind proxies each sees others.
 */
export class MemberList {
  private members: readonly GroupMember[];
  private source: readonly Member[] | undefined;

  constructor(private readonly first: readonly MemberOptions[]) {
    this.members = first.map(({ id, url, priority }) => ({ id, url, priority, kind: 'voter' }));
  }

  get all(): readonly GroupMember[] {
    return this.members;
  }

  /** Returns whether it was news. */
  update(source: readonly Member[]): boolean {
    if (source === this.source) return false;
    this.source = source;
    this.members = Object.freeze(
      source.map(({ id, kind, priority, context }) =>
        Object.freeze({ id, kind, priority, url: this.ownUrlOf(id) ?? context }),
      ),
    );
    return true;
  }

  private ownUrlOf(id: string): string | undefined {
    return this.first.find((member) => member.id === id)?.url;
  }
}
