import type { SeededRandom } from './seeded-random.js';

export type Victim = 'leader' | 'follower' | 'catalog' | 'frontend' | 'all-orders';

/** One thing that is done to the store, and when: so long after the store has recovered from the last one. */
export interface Fault {
  readonly kind: 'kill' | 'pause';
  readonly victim: Victim;
  readonly gapMs: number;
  /** How long the victim stays dead or paused. */
  readonly downMs: number;
}

export interface FaultMix {
  /** Mean time between two faults, ms. */
  readonly meanGapMs: number;
  readonly victims: readonly Victim[];
  /** Share of faults that are pauses (SIGSTOP) instead of kills, 0 to 1. */
  readonly pauseShare: number;
}

/** Draws faults for as long as they are asked for. The same seed gives the same ones. */
export function* drawFaults(random: SeededRandom, { meanGapMs, victims, pauseShare }: FaultMix): Generator<Fault, never> {
  for (;;) {
    const gapMs = Math.round(meanGapMs * (0.3 + 1.4 * random.next()));
    const kind = random.next() < pauseShare ? 'pause' : 'kill';
    yield { kind, victim: random.pick(victims), gapMs, downMs: random.integer(300, 2000) };
  }
}
