import type { Clock, Timer } from '../runtime/clock.js';

interface Armed {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until `advance` moves it. Timers fire in order of time; between two moments promises and
 * deferred work get their turn.
 */
export class ManualClock implements Clock {
  private readonly timers = new Set<Armed>();
  private deferred: (() => void)[] = [];

  constructor(
    private time = 0,
    /** What the wall clock shows at time 0, ms since 1970; may be changed to let it jump. */
    public epochOffsetMs = Date.UTC(2030, 0, 1),
  ) {}

  now(): number {
    return this.time;
  }

  epochMs(): number {
    return Math.floor(this.epochOffsetMs + this.time);
  }

  setTimer(at: number, fire: () => void): Timer {
    const armed: Armed = { at, fire };
    this.timers.add(armed);
    return { cancel: () => this.timers.delete(armed) };
  }

  defer(run: () => void): void {
    this.deferred.push(run);
  }

  /** Lets everything run that needs no time to pass. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      const ready = this.deferred.splice(0);
      for (const run of ready) run();
      if (ready.length > 0) idle = -1;
      // A turn of the real loop: promises of fakes, however long their chains, have settled after it.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Moves time forward by `ms`, firing what is due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let next = this.earliest(end); next !== undefined; next = this.earliest(end)) {
      this.time = Math.max(this.time, next.at);
      this.fireDue();
      await this.settle();
    }
    this.time = end;
    await this.settle();
  }

  /** Advances in small steps until `condition` holds; throws when it does not within `limitMs` of this clock. */
  async until(condition: () => boolean, what: string, limitMs = 30_000): Promise<void> {
    const end = this.time + limitMs;
    await this.settle();
    while (!condition()) {
      if (this.time >= end) throw new Error(`${what}: not within ${limitMs} ms of the manual clock`);
      await this.advance(5);
    }
  }

  /** Time passes and nothing runs, as for a process that was stopped. What became due fires at the next `advance`. */
  jump(ms: number): void {
    this.time += ms;
  }

  /** As in Node's loop: all timers that are due by now, then everything else. */
  private fireDue(): void {
    const due = [...this.timers].filter(({ at }) => at <= this.time).sort((left, right) => left.at - right.at);
    for (const timer of due) {
      if (this.timers.delete(timer)) timer.fire();
    }
  }

  private earliest(end: number): Armed | undefined {
    let earliest: Armed | undefined;
    for (const armed of this.timers) {
      if (armed.at <= end && (earliest === undefined || armed.at < earliest.at)) earliest = armed;
    }
    return earliest;
  }
}
