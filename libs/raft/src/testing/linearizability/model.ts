/** One operation as its client saw it. `invoked` and `returned` are positions in the order in which things happened. */
export interface Operation<I = unknown, O = unknown> {
  readonly client: number;
  /** Operations on different keys do not affect each other; each key is checked on its own. */
  readonly key: string;
  readonly input: I;
  readonly invoked: number;
  /** Undefined: the client never learned the outcome. It may have taken effect at any time since, or never. */
  readonly returned: number | undefined;
  /** Meaningless while the outcome is unknown. */
  readonly output: O | undefined;
}

/** What one operation does to the state of one key. Pure: states are values and are never changed. */
export interface Model<S, I = unknown, O = unknown> {
  readonly init: S;
  /** Could `operation` (with its output, if its outcome is known) happen in this state, and what comes after it? */
  step(state: S, operation: Operation<I, O>): { readonly ok: boolean; readonly next: S };
  /** Equal for states that are equal. Default: their JSON. */
  identity?(state: S): string | number;
}
