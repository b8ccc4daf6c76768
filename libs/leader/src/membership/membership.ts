/** One member as the group's configuration names it. */
export interface GroupMember {
  readonly id: string;
  /** Base URL of its listener. */
  readonly url: string;
  readonly priority: number;
  /** `learner`: receives the log and counts for nothing. `returning`: a voter that lost its store and is catching up. */
  readonly kind: 'voter' | 'learner' | 'returning';
}

export interface ChangeOptions {
  /** On the scale of `performance.now()`, ms. Default: `limits.deadlineMs` (5 s) from now. */
  readonly deadline?: number;
}

/**
 * Who belongs to a group. Inject with `@InjectMembership(group)`.
 *
 * Promise: a change is in the log like any command, and its addresses with it, so every member knows how to reach the
 * others. Members change one at a time (Raft dissertation §4.1): any majority before shares a member with any majority
 * after. When a change resolves it is committed.
 * Non-promise: that a group is better for a change. Four voters survive no more failures than three.
 *
 * All changes: leader only.
 * @throws NotLeaderError, MembershipRefusedError: nothing was changed
 * @throws IndeterminateError: it may yet be changed; look at `members()`, then repeat it
 */
export abstract class Membership {
  /** As the newest configuration in this replica's log has it, committed or not: voters and learners. */
  abstract members(): readonly GroupMember[];
  /** Adds a member that receives the log and counts for nothing yet. Its process has the option `joining`. */
  abstract addLearner(
    member: { readonly id: string; readonly url: string; readonly priority: number },
    options?: ChangeOptions,
  ): Promise<void>;
  /** Makes a learner that has caught up a voter. `notCaughtUp`: try again later. */
  abstract promote(id: string, options?: ChangeOptions): Promise<void>;
  /** Makes a voter a learner. */
  abstract demote(id: string, options?: ChangeOptions): Promise<void>;
  /** Takes a member out, also the leader itself, which then hands leadership over. Stop its process afterwards. */
  abstract remove(id: string, options?: ChangeOptions): Promise<void>;
}
