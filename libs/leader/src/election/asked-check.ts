import { inspect } from 'node:util';
import type { Clock, Timer } from '../runtime/clock.js';
import type { FitnessCheck } from './fitness.js';

/** Runs of one method that may be under way at once, those included that were given up. More are not begun. */
export const runsUnderWayMax = 8;
/** Of what a method threw, so much is told. */
const reasonCharactersMax = 500;

/**
 * One method with `@FitToLead`. However many ask, and however long it takes, it is not run without bound: who asks while
 * a run is in time hears what that one says, and a method that never ends is run no more.
 */
export class AskedCheck {
  private inTime: Promise<string | undefined> | undefined;
  private underWay = 0;

  constructor(
    private readonly check: FitnessCheck,
    private readonly settings: { readonly clock: Clock; readonly timeoutMs: number },
  ) {}

  /**
   * Undefined: it has none. Never rejects.
   *
   * @param options.fresh by a run that begins now, where one more may begin
   */
  objection({ fresh }: { readonly fresh: boolean }): Promise<string | undefined> {
    const mayBegin = this.underWay < runsUnderWayMax;
    if (this.inTime !== undefined && !(fresh && mayBegin)) return this.inTime;
    if (!mayBegin)
      return Promise.resolve(
        `${this.check.name} is not run any more before one of its ${this.underWay} earlier runs ends: give what it calls a timeout`,
      );
    const answer = this.begin().finally(() => {
      if (this.inTime === answer) this.inTime = undefined;
    });
    this.inTime = answer;
    return answer;
  }

  private begin(): Promise<string | undefined> {
    const { name, run } = this.check;
    const { clock, timeoutMs } = this.settings;
    let timer: Timer | undefined;
    const late = new Promise<string>((resolve) => {
      timer = clock.setTimer(clock.now() + timeoutMs, () => resolve(`${name} did not answer within ${timeoutMs} ms`));
    });
    this.underWay++;
    const answered = Promise.resolve()
      .then(run)
      .then(
        (isFit) => (isFit ? undefined : `${name} says no`),
        (error: unknown) => `${name} failed: ${reasonOf(error)}`,
      )
      .finally(() => this.underWay--);
    return Promise.race([answered, late]).finally(() => timer?.cancel());
  }
}

// Not `String(error)`: it throws for what has no prototype.
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : typeof error === 'string' ? error : inspect(error);
  return reason.length > reasonCharactersMax ? `${reason.slice(0, reasonCharactersMax)}…` : reason;
}
