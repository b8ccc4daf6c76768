import type { Cancel, Scheduler } from '../calls/scheduler.js';

interface Wakeup {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that stands still until it is moved. */
export class ManualScheduler implements Scheduler {
  private time = 0;
  private order = 0;
  private readonly wakeups = new Set<Wakeup>();

  now(): number {
    return this.time;
  }

  after(delayMs: number, wake: () => void): Cancel {
    const wakeup = { at: this.time + Math.max(0, delayMs), order: (this.order += 1), wake };
    this.wakeups.add(wakeup);
    return () => this.wakeups.delete(wakeup);
  }

  /** Moves on and runs what falls due, in order; promises that it settles go on before the next one runs. */
  async advance(byMs: number): Promise<void> {
    const until = this.time + byMs;
    await settled();
    for (let next = this.nextDue(until); next !== undefined; next = this.nextDue(until)) {
      this.wakeups.delete(next);
      this.time = Math.max(this.time, next.at);
      next.wake();
      await settled();
    }
    this.time = until;
    await settled();
  }

  /** A process that stands still: time goes on, nothing runs. What fell due meanwhile runs at the next `advance`. */
  freeze(forMs: number): void {
    this.time += forMs;
  }

  private nextDue(until: number): Wakeup | undefined {
    let earliest: Wakeup | undefined;
    for (const wakeup of this.wakeups) {
      if (wakeup.at > until) continue;
      if (
        earliest === undefined ||
        wakeup.at < earliest.at ||
        (wakeup.at === earliest.at && wakeup.order < earliest.order)
      )
        earliest = wakeup;
    }
    return earliest;
  }
}

/** Lets promise chains run to their end, also those that pass through `setImmediate`. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
