import type { Clock, Timer } from '../runtime/clock.js';

/** One method with `@FitToLead`. */
export interface FitnessCheck {
  /** For logs: class and method. */
  readonly name: string;
  readonly run: () => boolean | Promise<boolean>;
}

/** What the application of this replica has against leading now. */
export class Fitness {
  constructor(
    private readonly checks: readonly FitnessCheck[],
    private readonly settings: { readonly clock: Clock; readonly timeoutMs: number },
  ) {}

  /** The application has something to say. */
  get isAsked(): boolean {
    return this.checks.length > 0;
  }

  /** Undefined: nothing. Never rejects. */
  async objection(): Promise<string | undefined> {
    const objections = await Promise.all(this.checks.map((check) => this.ask(check)));
    return objections.find((objection) => objection !== undefined);
  }

  private async ask({ name, run }: FitnessCheck): Promise<string | undefined> {
    const { clock, timeoutMs } = this.settings;
    let timer: Timer | undefined;
    const late = new Promise<string>((resolve) => {
      timer = clock.setTimer(clock.now() + timeoutMs, () => resolve(`${name} did not answer within ${timeoutMs} ms`));
    });
    const answered = Promise.resolve()
      .then(run)
      .then(
        (isFit) => (isFit ? undefined : `${name} says no`),
        (error: unknown) => `${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    return Promise.race([answered, late]).finally(() => timer?.cancel());
  }
}
