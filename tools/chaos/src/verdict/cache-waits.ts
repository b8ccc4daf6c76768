import { type CacheWaits, timerAllowanceMs } from '@toystore/lab';
import type { LeaseTimes } from './sale-delay.js';

/** What the catalog's processes of one run knew of their waits for caches. Times in ms. */
export interface CacheWaitVerdict {
  readonly waits: number;
  readonly longestMs: number;
  /** Without the time in which the catalog did not run: what the promise is about. */
  readonly longestRunningMs: number;
  readonly boundMs: number;
  readonly violations: readonly string[];
}

/**
 * Whether any sale or restocking waited for caches longer than lease and renewal guard. Of each process of the catalog the
 * last reading counts; waits only grow.
 */
export function judgeCacheWaits(
  readings: readonly CacheWaits[],
  { leaseMs, renewGuardMs }: LeaseTimes,
): CacheWaitVerdict {
  const lives = [...new Map(readings.map((reading) => [reading.pid, reading])).values()];
  const boundMs = leaseMs + renewGuardMs + timerAllowanceMs;
  return {
    waits: lives.reduce((sum, { waits }) => sum + waits, 0),
    longestMs: Math.round(Math.max(0, ...lives.map((life) => life.longestMs))),
    longestRunningMs: Math.round(Math.max(0, ...lives.map((life) => life.longestRunningMs))),
    boundMs,
    violations: [
      ...(lives.length === 0 ? ['The catalog never said how long sales waited for caches.'] : []),
      ...lives
        .filter((life) => life.longestRunningMs > boundMs)
        .map(
          (life) =>
            `A sale waited ${Math.round(life.longestRunningMs)} ms for caches in the catalog of pid ${life.pid}, stalls of the ` +
            `catalog left out (${Math.round(life.longestMs)} ms with them); at most ${boundMs} ms are promised.`,
        ),
    ],
  };
}
