import type { IntervalMethod } from '../hosting/user-code.js';
import type { Clock, Timer } from '../runtime/clock.js';

/** Runs `@LeaderInterval` methods while in office. A run that is still going when the next is due makes that one wait. */
export class OfficeIntervals {
  private readonly timers = new Set<Timer>();
  private holding = false;

  constructor(
    private readonly methods: readonly IntervalMethod[],
    private readonly clock: Clock,
    private readonly failed: (method: string, error: unknown) => void,
  ) {}

  /** To be called on each change of office. */
  inOffice(holds: boolean): void {
    if (holds === this.holding) return;
    this.holding = holds;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
    if (holds) for (const method of this.methods) this.arm(method);
  }

  private arm(method: IntervalMethod): void {
    const timer = this.clock.setTimer(this.clock.now() + method.intervalMs, () => {
      this.timers.delete(timer);
      void this.run(method, timer);
    });
    this.timers.add(timer);
  }

  private async run(method: IntervalMethod, token: Timer): Promise<void> {
    // Stands for the run in progress, so that losing office meanwhile keeps it from being armed again.
    this.timers.add(token);
    try {
      await method.run();
    } catch (error) {
      this.failed(method.name, error);
    }
    if (this.timers.delete(token)) this.arm(method);
  }
}
