import type { Clock } from '@quorumkit/leader';
import { Prng } from './prng.js';
import type { World } from './world.js';

/** Ends a wait that is not needed any more; harmless afterwards. */
export type Cancel = () => void;

/** What wall clocks show at time 0 of the world, ms since 1970, as long as nothing is wrong with them. */
export const firstWallTimeMs = Date.UTC(2030, 0, 1);

/** Less is lost when it is added to the time: a timer would fire before it is due, and be set again, for ever. */
const timerResolutionMs = 0.001;

/**
 * One process: its clocks, its timers, its source of randomness, and whether it runs. What it holds in memory belongs
 * to one life; a kill ends that life with everything that it still had to do.
 */
export class VirtualProcess {
  /** Rises with every kill: timers and answers of an earlier life are not delivered. */
  life = 1;
  isAlive = false;
  /** Nothing of it runs, and nothing reaches it, before this time of the world. */
  pausedUntil = 0;
  /** What its wall clock shows at time 0 of the world, ms since 1970; faults let it jump. */
  wallOffsetMs = firstWallTimeMs;
  random: Prng;
  /** Its monotonic clock starts somewhere: clocks of two processes cannot be compared. */
  private monotonicOffsetMs: number;
  private readonly endings = new Set<() => void>();

  constructor(
    readonly name: string,
    readonly world: World,
    seed: number,
  ) {
    this.random = new Prng(seed);
    this.monotonicOffsetMs = 1_000 + this.random.integer(0, 100_000);
  }

  get monotonicNow(): number {
    return this.world.now + this.monotonicOffsetMs;
  }

  /** The time of the world at a reading of this process's monotonic clock. */
  worldTimeOf(reading: number): number {
    return reading - this.monotonicOffsetMs;
  }

  get isPaused(): boolean {
    return this.pausedUntil > this.world.now;
  }

  /** Runs in this process, in this life of it or never. */
  after(delayMs: number, run: () => void, label = 'timer'): Cancel {
    return this.world.schedule(this.world.now + Math.max(0, delayMs), label, run, this);
  }

  /** Called once when this life ends by a kill: by others, not by this process. */
  onKilled(ended: () => void): Cancel {
    this.endings.add(ended);
    return () => this.endings.delete(ended);
  }

  start(): void {
    this.isAlive = true;
    this.pausedUntil = 0;
    this.monotonicOffsetMs = 1_000 + this.random.integer(0, 100_000) - this.world.now;
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.life += 1;
    const endings = [...this.endings];
    this.endings.clear();
    for (const ended of endings) ended();
  }

  pause(ms: number): void {
    if (this.isAlive) this.pausedUntil = Math.max(this.pausedUntil, this.world.now + ms);
  }

  /** The clock that a replica is given. */
  clock(): Clock {
    return {
      now: () => this.monotonicNow,
      epochMs: () => Math.floor(this.world.now + this.wallOffsetMs),
      setTimer: (at, fire) => {
        const left = at - this.monotonicNow;
        return { cancel: this.after(left > 0 ? Math.max(left, timerResolutionMs) : 0, fire) };
      },
      defer: (run) => void this.after(0, run, 'defer'),
    };
  }

  /** The scheduler that caches and publishers are given. */
  scheduler(): { now(): number; after(delayMs: number, wake: () => void): Cancel } {
    return { now: () => this.monotonicNow, after: (delayMs, wake) => this.after(delayMs, wake) };
  }
}
