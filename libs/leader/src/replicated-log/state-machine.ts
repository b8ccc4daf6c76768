/** A command that is committed: every replica applies it at the same index, for ever. */
export interface CommittedEntry<C = unknown> {
  readonly index: number;
  readonly term: number;
  /**
   * Log time, ms since 1970: the only clock that `apply` may use. Good for ages: it never goes back, and between two
   * entries it advances by what the leaders' monotonic clocks measured, give or take an hour a day, however wrong a wall
   * clock is. Not good for dates: it is near the wall clock, but behind it after the group was down (which it makes good
   * by an hour a day). Put a date that matters into the command.
   */
  readonly time: number;
  readonly command: C;
  /** The idempotency key it was proposed under. */
  readonly key?: string;
}

/**
 * What a group replicates. Written by the user, decorated with `@ReplicatedStateMachine(group)`, provided in any
 * module.
 *
 * `apply` must be **deterministic and synchronous**: its effect may depend on the entry and on earlier entries only;
 * no clock, no randomness, no I/O. When it throws it must have changed nothing: the throw is recorded as the command's
 * outcome (`ApplyError`), on every replica alike, and the group goes on.
 *
 * Commands and results cross process and snapshot borders as JSON: what `JSON.stringify` drops is gone.
 */
export interface StateMachine<C = unknown, R = unknown> {
  apply(entry: CommittedEntry<C>): R;
  /** Everything that `restore` needs, as JSON. */
  snapshot(): unknown;
  /** Replaces the contents by what `snapshot` gave on some replica. */
  restore(snapshot: unknown): void;
  /** Equal on replicas that have applied the same entries; shown by `GET /leader/status`. */
  digest?(): string;
}
