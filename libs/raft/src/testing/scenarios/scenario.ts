import { PropertyViolation } from '../checkers/checker.js';

/** A situation that chance rarely makes. Runs to its end on a correct core; throws what it found on another. */
export interface Scenario {
  readonly name: string;
  readonly run: () => void;
}

/** @throws PropertyViolation */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new PropertyViolation('Scenario', `not so: ${what}`);
}
