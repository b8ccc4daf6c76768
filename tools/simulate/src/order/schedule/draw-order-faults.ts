import { calmLinks } from '../network/network.js';
import { frontendNames, replicaNames } from '../services/store.js';
import type { Prng } from '../world/prng.js';
import type { OrderFault, OrderFaultKind, TimedOrderFault } from './order-fault.js';

const names = ['catalog', ...replicaNames, ...frontendNames] as const;

/** How one fault of each kind is drawn. */
const recipes: { readonly [K in OrderFaultKind]: (random: Prng) => Omit<Extract<OrderFault, { kind: K }>, 'kind'> } = {
  'kill leader': (random) => ({ downMs: aWhile(random) }),
  'kill replica': (random) => ({ victim: random.pick(replicaNames), downMs: aWhile(random) }),
  'kill catalog': (random) => ({ downMs: aWhile(random) }),
  'kill frontend': (random) => ({ victim: random.pick(frontendNames), downMs: aWhile(random) }),
  'kill group': (random) => ({ downMs: aWhile(random) }),
  pause: (random) => ({ victim: random.pick(names), forMs: ms(random.between(20, 1_800)) }),
  cut: (random) => ({ from: random.pick(names), to: random.pick(names), forMs: aWhile(random) }),
  'cut one way': (random) => ({ from: random.pick(names), to: random.pick(names), forMs: aWhile(random) }),
  isolate: (random) => ({ victim: random.chance(0.5) ? 'leader' : random.pick(names), forMs: aWhile(random) }),
  'bad links': (random) => ({
    conditions: {
      delayMinMs: 0.2,
      delayMaxMs: ms(random.between(1, 40)),
      loss: share(random.between(0, 0.2)),
      duplication: share(random.between(0, 0.3)),
      late: share(random.between(0, 0.3)),
      lateMs: ms(random.between(1, 1_000)),
    },
  }),
  echoes: (random) => ({
    conditions: {
      ...calmLinks,
      duplication: share(random.between(0.2, 0.6)),
      late: share(random.between(0.1, 0.5)),
      lateMs: ms(random.between(100, 1_500)),
    },
  }),
  'old debits': (random) => ({ which: share(random.next()) }),
  'clock jump': (random) => ({ victim: random.pick(names), hours: share(random.between(-8, 8)) }),
  'hand over': () => ({}),
};

export const orderFaultKinds = Object.keys(recipes) as readonly OrderFaultKind[];

/** Few kinds a schedule: what goes wrong then goes wrong often. */
export function drawKinds(random: Prng): readonly OrderFaultKind[] {
  const kinds = orderFaultKinds.filter(() => random.chance(0.35));
  return kinds.length > 0 ? kinds : [random.pick(orderFaultKinds)];
}

/** A script of faults, at random moments, `everyMs` apart on average. */
export function drawOrderFaults(
  random: Prng,
  {
    kinds,
    everyMs,
    faultsMs,
  }: {
    readonly kinds: readonly OrderFaultKind[];
    readonly everyMs: number;
    readonly faultsMs: number;
  },
): readonly TimedOrderFault[] {
  const faults: TimedOrderFault[] = [];
  for (let atMs = random.between(0, 2 * everyMs); atMs < faultsMs; atMs += random.between(0, 2 * everyMs)) {
    faults.push({ atMs: ms(atMs), fault: drawFault(random, random.pick(kinds)) });
  }
  return faults;
}

function drawFault<K extends OrderFaultKind>(random: Prng, kind: K): OrderFault {
  return { kind, ...recipes[kind](random) } as OrderFault;
}

function aWhile(random: Prng): number {
  return random.pick([30, 150, 600, 1_500]);
}

// Rounded, so that a script can be read.
function ms(value: number): number {
  return Math.round(value * 10) / 10;
}

function share(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
