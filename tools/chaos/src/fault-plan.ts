import type { SeededRandom } from './seeded-random.js';

export type Victim = 'leader' | 'follower' | 'catalog' | 'frontend' | 'all-orders';

/** One thing that is done to the store. Times are milliseconds from the start of the run. */
export type Fault =
  | { readonly kind: 'kill'; readonly atMs: number; readonly victim: Victim; readonly downMs: number }
  | { readonly kind: 'pause'; readonly atMs: number; readonly victim: Victim; readonly downMs: number };

export interface FaultPlanOptions {
  readonly durationMs: number;
  /** Mean time from the end of one fault to the next. */
  readonly meanGapMs: number;
  readonly victims: readonly Victim[];
  /** Share of faults that are pauses (SIGSTOP) instead of kills, 0 to 1. */
  readonly pauseShare: number;
}

/** Draws the faults of one run. The first comes early, so that short runs have one; the last leaves time to recover. */
export function planFaults(random: SeededRandom, options: FaultPlanOptions): Fault[] {
  const faults: Fault[] = [];
  let atMs = random.integer(500, 1500);
  while (atMs < options.durationMs - 1000) {
    const victim = random.pick(options.victims);
    const kind = random.next() < options.pauseShare ? 'pause' : 'kill';
    const downMs = random.integer(300, 2000);
    faults.push({ kind, atMs, victim, downMs });
    atMs += downMs + Math.round(options.meanGapMs * (0.5 + random.next()));
  }
  return faults;
}
