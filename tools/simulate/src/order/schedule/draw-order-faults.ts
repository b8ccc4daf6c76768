import { calmLinks } from '../network/network.js';
import { frontendNames, replicaNames } from '../services/store.js';
import type { Prng } from '../world/prng.js';
import type { OrderFault, OrderFaultKind, TimedOrderFault } from './order-fault.js';

/** Whom a fault can hit. */
interface Cast {
  readonly replicas: readonly string[];
  readonly all: readonly string[];
  /** Those with a disk. */
  readonly disks: readonly string[];
  /** Who joins and leaves: more often the spare, if there is one. */
  readonly movers: readonly string[];
}

type Recipes = {
  readonly [K in OrderFaultKind]: (random: Prng, cast: Cast) => Omit<Extract<OrderFault, { kind: K }>, 'kind'>;
};

/** How one fault of each kind is drawn. */
const recipes: Recipes = {
  'kill leader': (random) => ({ downMs: aWhile(random) }),
  'kill replica': (random, { replicas }) => ({ victim: random.pick(replicas), downMs: aWhile(random) }),
  'kill catalog': (random) => ({ downMs: aWhile(random) }),
  'kill frontend': (random) => ({ victim: random.pick(frontendNames), downMs: aWhile(random) }),
  'kill group': (random) => ({ downMs: aWhile(random) }),
  pause: (random, { all }) => ({ victim: random.pick(all), forMs: ms(random.between(20, 1_800)) }),
  cut: (random, { all }) => ({ from: random.pick(all), to: random.pick(all), forMs: aWhile(random) }),
  'cut one way': (random, { all }) => ({ from: random.pick(all), to: random.pick(all), forMs: aWhile(random) }),
  isolate: (random, { all }) => ({ victim: random.chance(0.5) ? 'leader' : random.pick(all), forMs: aWhile(random) }),
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
  'clock jump': (random, { all }) => ({
    victim: random.chance(0.5) ? 'leader' : random.pick(all),
    hours: jump(random),
  }),
  'hand over': (random, { replicas }) => (random.chance(0.5) ? {} : { to: random.pick(replicas) }),
  'slow disk': (random, { disks }) => ({
    victim: random.chance(0.6) ? 'leader' : random.pick(disks),
    syncMs: ms(random.between(10, 150)),
    forMs: random.pick([150, 600, 1_500]),
  }),
  'sync error': (random, { disks }) => ({
    victim: random.chance(0.4) ? 'leader' : random.pick(disks),
    isWritten: random.chance(0.5),
    downMs: aWhile(random),
  }),
  'disk full': (random, { disks }) => ({
    victim: random.chance(0.4) ? 'leader' : random.pick(disks),
    forMs: aWhile(random),
  }),
  'lost store': (random, { replicas }) => ({
    victim: random.chance(0.3) ? 'leader' : random.pick(replicas),
    downMs: aWhile(random),
  }),
  'add learner': (random, { movers }) => ({ member: random.pick(movers) }),
  promote: (random, { movers }) => ({ member: random.pick(movers) }),
  demote: (random, { movers }) => ({ member: random.pick(movers) }),
  remove: (random, { movers }) => ({ member: random.pick(movers) }),
};

export const orderFaultKinds = Object.keys(recipes) as readonly OrderFaultKind[];

const membershipKinds: readonly OrderFaultKind[] = ['add learner', 'promote', 'demote', 'remove'];

/** Few kinds a schedule: what goes wrong then goes wrong often. Members change in all ways or not at all. */
export function drawKinds(random: Prng): readonly OrderFaultKind[] {
  const others = orderFaultKinds.filter((kind) => !membershipKinds.includes(kind)).filter(() => random.chance(0.3));
  // Adding and promoting more often than one other kind: a group that only shrinks soon changes no more.
  const growing: readonly OrderFaultKind[] = ['add learner', 'promote', 'add learner', 'promote'];
  const membership = random.chance(0.3) ? [...membershipKinds, ...growing] : [];
  const kinds = [...others, ...membership];
  return kinds.length > 0 ? kinds : [random.pick(orderFaultKinds)];
}

/** A script of faults, at random moments, `everyMs` apart on average. */
export function drawOrderFaults(random: Prng, about: FaultScript): readonly TimedOrderFault[] {
  const { kinds, everyMs, faultsMs, spares } = about;
  const replicas = [...replicaNames, ...spares];
  const cast = {
    replicas,
    all: ['catalog', ...replicas, ...frontendNames],
    disks: ['catalog', ...replicas],
    movers: [...replicas, ...spares, ...spares, ...spares],
  };
  const faults: TimedOrderFault[] = [];
  for (let atMs = random.between(0, 2 * everyMs); atMs < faultsMs; atMs += random.between(0, 2 * everyMs)) {
    faults.push({ atMs: ms(atMs), fault: drawFault(random, random.pick(kinds), cast) });
  }
  return faults;
}

export interface FaultScript {
  readonly kinds: readonly OrderFaultKind[];
  /** Between two faults, on average. */
  readonly everyMs: number;
  readonly faultsMs: number;
  /** Replicas besides the first members. */
  readonly spares: readonly string[];
}

function drawFault<K extends OrderFaultKind>(random: Prng, kind: K, cast: Cast): OrderFault {
  return { kind, ...recipes[kind](random, cast) } as OrderFault;
}

/** Often across the time for which keys are remembered. */
function jump(random: Prng): number {
  const hoursMax = random.chance(0.5) ? 60 : 8;
  return share(random.between(-hoursMax, hoursMax));
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
