import type { Observation } from '../simulated-replica.js';

/** Watches every step of every replica and throws when its property no longer holds. */
export interface Checker {
  observe(observation: Observation): void;
}

/** A property of the algorithm was seen broken. */
export class PropertyViolation extends Error {
  override readonly name = 'PropertyViolation';

  constructor(
    readonly property: string,
    detail: string,
  ) {
    super(`${property}: ${detail}`);
  }
}
