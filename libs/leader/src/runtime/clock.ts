/** Where the driver gets its time from. A port: `SystemClock` is real, `ManualClock` (./testing) is moved by hand. */
export interface Clock {
  /** Monotonic, ms. Never goes back and does not jump with the wall clock. */
  now(): number;
  /** Wall clock, ms since 1970. Only ever used as *data*: log time is drawn towards it, an hour a day at most. It may jump. */
  epochMs(): number;
  /** Calls `fire` once, not before `at` (on the scale of `now`). */
  setTimer(at: number, fire: () => void): Timer;
  /** Calls `run` after the input that is ready now was handled: what makes a batch out of one turn's proposals. */
  defer(run: () => void): void;
}

export interface Timer {
  cancel(): void;
}

const longestTimerMs = 2 ** 31 - 1;

export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  epochMs(): number {
    return Date.now();
  }

  setTimer(at: number, fire: () => void): Timer {
    const timer = setTimeout(fire, Math.min(longestTimerMs, Math.max(0, Math.ceil(at - performance.now()))));
    return { cancel: () => clearTimeout(timer) };
  }

  defer(run: () => void): void {
    setImmediate(run);
  }
}
