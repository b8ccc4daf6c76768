import { NoLeaderError } from '../errors/leader-errors.js';
import type { Clock } from '../runtime/clock.js';
import type { Leader } from './directory-options.js';

/** Callers that wait for a leader. */
export class LeaderWaiters {
  private readonly waiting = new Set<{ readonly found: (leader: Leader) => void; readonly none: () => void }>();

  constructor(
    private readonly group: string,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  until(deadline: number, signal: AbortSignal | undefined): Promise<Leader> {
    const startedAt = this.clock.now();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', aborted);
        this.waiting.delete(waiter);
      };
      const none = (): void => {
        end();
        reject(new NoLeaderError(this.group, this.clock.now() - startedAt));
      };
      const aborted = (): void => {
        end();
        reject(signal?.reason as Error);
      };
      const waiter = {
        found: (leader: Leader): void => {
          end();
          resolve(leader);
        },
        none,
      };
      const timer = this.clock.setTimer(deadline, none);
      this.waiting.add(waiter);
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  found(leader: Leader): void {
    for (const waiter of [...this.waiting]) waiter.found(leader);
  }

  /** Nobody will search any more. */
  giveUp(): void {
    for (const waiter of [...this.waiting]) waiter.none();
  }
}
