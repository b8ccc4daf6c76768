import { DeadlineExceededError } from '../errors/leader-errors.js';
import type { Clock } from './clock.js';

/** Tells whoever asked that the replica's status has changed. */
export class StatusWatch {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Returns how to stop listening. */
  on(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  announce(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** Resolves when `condition` holds; looked at now and on every change. @throws DeadlineExceededError */
  async until(condition: () => boolean, deadline: number, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const stopListening = this.on(() => {
        if (!condition()) return;
        end();
        resolve();
      });
      const timer = this.clock.setTimer(deadline, () => {
        end();
        reject(new DeadlineExceededError(what));
      });
      const end = (): void => {
        timer.cancel();
        stopListening();
      };
    });
  }
}
