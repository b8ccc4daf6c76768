import type { Clock } from '../runtime/clock.js';
import { AskedCheck } from './asked-check.js';

/** One method with `@FitToLead`. */
export interface FitnessCheck {
  /** For logs: class and method. */
  readonly name: string;
  readonly run: () => boolean | Promise<boolean>;
}

/** What the application of this replica has against leading now. */
export class Fitness {
  private readonly checks: readonly AskedCheck[];

  constructor(checks: readonly FitnessCheck[], settings: { readonly clock: Clock; readonly timeoutMs: number }) {
    this.checks = checks.map((check) => new AskedCheck(check, settings));
  }

  /** The application has something to say. */
  get isAsked(): boolean {
    return this.checks.length > 0;
  }

  /**
   * Undefined: nothing. Never rejects.
   *
   * @param options.fresh what was begun before this call does not count
   */
  async objection({ fresh = false } = {}): Promise<string | undefined> {
    const objections = await Promise.all(this.checks.map((check) => check.objection({ fresh })));
    return objections.find((objection) => objection !== undefined);
  }
}
