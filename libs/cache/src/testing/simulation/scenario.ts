import type { EvictionPolicyName } from '../../core/slots/eviction.js';
import { Prng } from './prng.js';

/** What one seed stands for: how big the store is, how bad its network is, how much goes wrong. Durations in virtual milliseconds. */
export interface Scenario {
  readonly seed: number;
  readonly durationMs: number;
  readonly frontends: number;
  readonly products: number;
  readonly capacity: number;
  readonly floorsMax: number;
  readonly leaseMs: number;
  /** Exactly what the difference of the clock rates asks for: the difference times the lease. */
  readonly leaseMarginMs: number;
  /** How fast the clocks run. The slower of the two is right. */
  readonly clockRates: { readonly owner: number; readonly frontends: number };
  readonly renewGuardMs: number;
  readonly heartbeatMs: number;
  readonly maxTtlMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** Part of the copies that arrive one to three leases later. */
  readonly lateCopies: number;
  readonly slowMessages: number;
  readonly partitions: boolean;
  /** Links are cut for several leases on end. */
  readonly longCuts: boolean;
  readonly pauses: boolean;
  readonly ownerCrashes: boolean;
  readonly frontendCrashes: boolean;
  readonly readEveryMs: number;
  readonly orderEveryMs: number;
  /** Orders are acknowledged without waiting for the caches. */
  readonly background: boolean;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly eviction: EvictionPolicyName;
  /** Applications put values into the cache that they have read by themselves. */
  readonly offers: boolean;
  /** Part of the reads that ask for a variant of the product, such as one user's. */
  readonly variants: number;
}

const leaseMs = 60;
const clockDrift = 0.1;

/** Combinations that chance alone brings together too seldom. Every other seed is a mix of everything. */
const themes: readonly Partial<Scenario>[] = [
  {},
  // Processes start behind links that are cut for long. Nothing else makes orders wait.
  {
    partitions: true,
    longCuts: true,
    frontendCrashes: true,
    pauses: false,
    lateCopies: 0,
    slowMessages: 0,
    background: false,
  },
  {},
  // Copies of old calls arrive when what they were about has ended.
  {
    partitions: true,
    longCuts: true,
    frontendCrashes: true,
    ownerCrashes: true,
    duplication: 1,
    lateCopies: 1,
    loss: 0,
    maxTtlMs: 100_000,
    orderEveryMs: 25,
    background: false,
  },
];

export function scenarioOf(seed: number): Scenario {
  return { ...mixOf(seed), ...themes[seed % themes.length] };
}

/** About every third seed has clocks that differ by a tenth, much more than clocks do, so that the margin is a visible part of the lease. */
function clocksOf(seed: number): Pick<Scenario, 'leaseMarginMs' | 'clockRates'> {
  const random = new Prng(seed ^ 0xc10c);
  if (!random.chance(1 / 3)) return { leaseMarginMs: 0, clockRates: { owner: 1, frontends: 1 } };
  const fast = 1 + clockDrift;
  // What is dangerous is an owner in a hurry.
  const clockRates = random.chance(0.75) ? { owner: fast, frontends: 1 } : { owner: 1, frontends: fast };
  return { leaseMarginMs: clockDrift * leaseMs, clockRates };
}

function mixOf(seed: number): Scenario {
  const random = new Prng(seed);
  return {
    seed,
    durationMs: 600,
    frontends: random.integer(1, 3),
    products: random.integer(3, 11),
    capacity: random.pick([1, 3, 7]),
    floorsMax: random.pick([1, 2, 64]),
    leaseMs,
    ...clocksOf(seed),
    renewGuardMs: 15,
    heartbeatMs: 12,
    maxTtlMs: random.pick([40, 100_000]),
    loss: random.pick([0, 0.05, 0.3]),
    duplication: random.pick([0, 0.1, 0.5]),
    lateCopies: random.pick([0, 0.8]),
    slowMessages: random.pick([0, 0.1, 0.3]),
    partitions: random.chance(0.6),
    longCuts: random.chance(0.5),
    pauses: random.chance(0.4),
    ownerCrashes: random.chance(0.4),
    frontendCrashes: random.chance(0.4),
    readEveryMs: random.pick([1, 2]),
    orderEveryMs: random.pick([3, 8, 25]),
    background: random.chance(0.25),
    staleWhileRevalidateMs: random.pick([0, 80]),
    staleIfErrorMs: random.pick([0, 80]),
    eviction: random.pick(['lru', 'sieve']),
    variants: random.pick([0, 0.3]),
    offers: random.chance(0.3),
  };
}
