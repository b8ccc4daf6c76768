/** One place of the code, and what stands there in the mutant. */
export interface Edit {
  /** In `dist` of @quorumkit/raft, or in `src` of @quorumkit/leader. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug: one rule that is removed or weakened. */
export interface Mutant {
  readonly name: string;
  /** The rule as it should be. */
  readonly rule: string;
  readonly edits: readonly Edit[];
}

export function mutant(name: string, rule: string, ...edits: readonly (readonly [string, string, string])[]): Mutant {
  return { name, rule, edits: edits.map(([file, find, replace]) => ({ file, find, replace })) };
}
