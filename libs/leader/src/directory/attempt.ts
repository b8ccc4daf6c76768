import type { Clock } from '../runtime/clock.js';
import type { Attempt, Leader } from './directory-options.js';

/** The leader did not answer in the time of one attempt. Whether it acted is not known. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
  readonly code = 'ATTEMPT_TIMEOUT';
  readonly definite = false;

  constructor(
    readonly leader: string,
    readonly timeoutMs: number,
  ) {
    super(
      `Leader ${leader} did not answer within ${Math.round(timeoutMs)} ms. The call may or may not have had an effect.`,
    );
  }
}

export interface AttemptSettings {
  readonly clock: Clock;
  readonly deadline: number;
  readonly attemptTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly number: number;
  readonly indeterminateBefore: boolean;
}

/**
 * Calls `fn` once and gives up on it when its time is over, whether or not it heeds its signal: a leader that hangs
 * must not hold its callers until their deadlines.
 */
export async function runAttempt<T>(
  fn: (leader: Leader, attempt: Attempt) => Promise<T>,
  leader: Leader,
  settings: AttemptSettings,
): Promise<T> {
  const { clock, attemptTimeoutMs, signal, number, indeterminateBefore } = settings;
  const startedAt = clock.now();
  const deadline =
    attemptTimeoutMs === 0 ? settings.deadline : Math.min(settings.deadline, startedAt + attemptTimeoutMs);
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      end();
      controller.abort(reason);
      reject(reason as Error);
    };
    const aborted = (): void => giveUp(signal?.reason);
    const timer = clock.setTimer(deadline, () => giveUp(new AttemptTimeoutError(leader.id, deadline - startedAt)));
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', aborted);
    };
    if (signal?.aborted === true) {
      aborted();
      return;
    }
    signal?.addEventListener('abort', aborted, { once: true });
    // Async, so that an `fn` that throws before its first await ends the attempt like one that rejects.
    const run = async (): Promise<T> =>
      fn(leader, { signal: controller.signal, deadline, number, indeterminateBefore });
    run().finally(end).then(resolve, reject);
  });
}
