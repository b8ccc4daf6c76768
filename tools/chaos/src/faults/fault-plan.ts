import type { SeededRandom } from '../seeded-random.js';
import { type Ailment, drawAilment } from './ailment.js';

export const victims = ['leader', 'follower', 'catalog', 'frontend', 'all-orders'] as const;
export type Victim = (typeof victims)[number];

/** Whom a victim can be cut off from. */
export type Counterpart = 'orders' | 'catalog' | 'frontends';

/** Whose bytes are lost: everybody's, only the victim's, or only its counterparts'. */
export type Loss = 'both-ways' | 'from-victim' | 'to-victim';

/** One thing that is done to the store, and when: so long after the store has recovered from the last one. */
export type Fault = {
  readonly victim: Victim;
  readonly gapMs: number;
  /** How long the victim stays dead, paused or cut off. */
  readonly downMs: number;
  /** Which one of several that the victim's name fits, 0 to 1. */
  readonly which: number;
} & (
  | { readonly kind: 'kill' }
  /** SIGSTOP: connections stay open and nothing is answered. */
  | { readonly kind: 'pause' }
  /** Something inside the victim: it dies at a certain point, stands still, or has a bad disk. Never a frontend. */
  | { readonly kind: 'suffer'; readonly ailment: Ailment }
  /** `refuse`: connections are reset and refused; otherwise bytes vanish without a word. Always false for a one-way loss. */
  | { readonly kind: 'cut'; readonly from: Counterpart; readonly loss: Loss; readonly refuse: boolean }
);

export interface FaultMix {
  /** Mean time between two faults, ms. */
  readonly meanGapMs: number;
  readonly victims: readonly Victim[];
  /** Share of faults that are pauses (SIGSTOP), 0 to 1. */
  readonly pauseShare: number;
  /** Share of faults that are network cuts, 0 to 1. */
  readonly cutShare: number;
  /** Share of faults inside the victim, 0 to 1; whatever the shares leave are kills, and so are those of frontends. Default 0. */
  readonly sufferShare?: number;
}

const counterparts: Readonly<Record<Victim, readonly Counterpart[]>> = {
  leader: ['orders', 'catalog', 'frontends'],
  follower: ['orders', 'catalog', 'frontends'],
  'all-orders': ['catalog', 'frontends'],
  catalog: ['frontends', 'orders'],
  frontend: ['catalog', 'orders'],
};
const losses: readonly Loss[] = ['both-ways', 'from-victim', 'to-victim'];
const killMs = { min: 300, max: 2_000 } as const;
/** From a hiccup to longer than every lease, timeout and deadline of the store. */
const silenceMs = { min: 500, max: 10_000 } as const;

/** Draws faults for as long as they are asked for. The same seed gives the same ones. */
export function* drawFaults(
  random: SeededRandom,
  { meanGapMs, victims, pauseShare, cutShare, sufferShare = 0 }: FaultMix,
): Generator<Fault, never> {
  for (;;) {
    const gapMs = Math.round(meanGapMs * (0.3 + 1.4 * random.next()));
    const draw = random.next();
    const victim = random.pick(victims);
    const which = random.next();
    if (draw < pauseShare) {
      yield { kind: 'pause', victim, which, gapMs, downMs: drawSilence(random) };
    } else if (draw < pauseShare + cutShare) {
      const loss = random.pick(losses);
      const from = random.pick(counterparts[victim]);
      const refuse = loss === 'both-ways' && random.next() < 0.3;
      yield { kind: 'cut', victim, which, gapMs, downMs: drawSilence(random), from, loss, refuse };
    } else if (draw < pauseShare + cutShare + sufferShare && victim !== 'frontend') {
      const downMs = drawSilence(random);
      yield { kind: 'suffer', victim, which, gapMs, downMs, ailment: drawAilment(random, victim, downMs) };
    } else {
      yield { kind: 'kill', victim, which, gapMs, downMs: random.integer(killMs.min, killMs.max) };
    }
  }
}

/** Short silences are as likely as long ones on a logarithmic scale. */
function drawSilence(random: SeededRandom): number {
  return Math.round(silenceMs.min * (silenceMs.max / silenceMs.min) ** random.next());
}
