import type { VirtualClock } from './virtual-clock.js';

/** One machine's monotonic clock over the simulation's time: it may jump, and run fast or slow. */
export class LocalClock {
  private base = 0;
  private localBase = 0;
  private speed = 1;

  constructor(private readonly clock: VirtualClock) {}

  get now(): number {
    return this.localBase + (this.clock.now - this.base) * this.speed;
  }

  /** Forward (a suspended virtual machine) or back (a broken clock source; the core does not go back with it). */
  jump(byMs: number): void {
    this.rebase(this.now + byMs);
  }

  /** Local milliseconds in one of the simulation's, from now on. */
  setSpeed(speed: number): void {
    this.rebase(this.now);
    this.speed = speed;
  }

  /** Runs `run` when this clock shows `local`, unless it jumps or changes speed meanwhile. */
  schedule(local: number, run: () => void): void {
    this.clock.after(Math.max(0, local - this.now) / this.speed, run);
  }

  private rebase(local: number): void {
    this.localBase = local;
    this.base = this.clock.now;
  }
}
