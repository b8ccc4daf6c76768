/** Ends a wait that is not needed any more; harmless afterwards. */
export type Cancel = () => void;

/**
 * Time as the package sees it: monotonic milliseconds, and one-off wake-ups. The real one is `systemScheduler`;
 * `ManualScheduler` in `./testing` is moved by hand.
 */
export interface Scheduler {
  now(): number;
  after(delayMs: number, wake: () => void): Cancel;
}

/** CLOCK_MONOTONIC: runs on while the process is stopped, not while the machine sleeps. Its timers keep no process alive. */
export const systemScheduler: Scheduler = Object.freeze<Scheduler>({
  now: () => performance.now(),
  after(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
});
