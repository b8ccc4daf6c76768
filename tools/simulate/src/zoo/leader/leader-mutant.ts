import { mutant, type Mutant } from '../mutants/mutant.js';

/** A rule of @quorumkit/leader that is removed or weakened, and the specs that must notice. */
export interface LeaderMutant extends Mutant {
  /** Below `src`, without `.spec.ts`. */
  readonly specs: readonly string[];
  /** Part of the titles of the tests in them that are run; all of them where there is none. */
  readonly tests: string | undefined;
}

type EditText = readonly [file: string, find: string, replace: string];

/** @param specs `folder/name`, or `folder/name › part of titles` */
export function leaderMutant(name: string, rule: string, specs: string, ...edits: readonly EditText[]): LeaderMutant {
  const [paths = '', tests] = specs.split(' › ');
  return { ...mutant(name, rule, ...edits), specs: paths.split(', '), tests };
}
