import type { Cancel, Scheduler } from '../calls/scheduler.js';

/** How often it looks whether the process runs, and how late a look may be before that counts as standing still. */
const lookEveryMs = 20;
const lateMs = 5;

/**
 * How long this process did not run: it was stopped, its event loop was blocked, or the machine had no time for it. A
 * wait that ended late because of that is not longer than promised; how much of it that was is known here. Looks only
 * while somebody waits. A stall shorter than 25 ms may go unseen.
 */
export class StallWatch {
  private stalledMs = 0;
  private dueAt = 0;
  private watching = 0;
  private cancelLook: Cancel = () => undefined;

  constructor(private readonly scheduler: Scheduler) {}

  /** Returns what ends it, to be called once: it answers how much of the time between was a stall, ms. */
  begin(): () => number {
    this.watching += 1;
    if (this.watching === 1) this.lookAgain();
    const before = this.soFarMs();
    return () => {
      this.watching -= 1;
      if (this.watching === 0) this.cancelLook();
      return this.soFarMs() - before;
    };
  }

  /** Looks no more, whoever waits still. */
  close(): void {
    this.cancelLook();
  }

  // What is overdue counts at once: after a stall, whoever waits may be woken before this.
  private soFarMs(): number {
    return this.stalledMs + Math.max(0, this.scheduler.now() - this.dueAt);
  }

  private lookAgain(): void {
    this.dueAt = this.scheduler.now() + lookEveryMs + lateMs;
    this.cancelLook = this.scheduler.after(lookEveryMs, () => {
      this.stalledMs = this.soFarMs();
      this.lookAgain();
    });
  }
}
