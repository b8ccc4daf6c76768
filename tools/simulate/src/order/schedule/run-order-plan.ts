import { Logger } from '@nestjs/common';
import { checkAtRest, isAtRest } from './checks/at-rest.js';
import { Freshness } from './checks/freshness.js';
import { faultKinds, type FaultKind, Nemesis } from './faults/nemesis.js';
import { calmLinks } from './network/network.js';
import type { HostKind } from './services/group-host.js';
import type { ProtocolPoint } from './services/protocol-points.js';
import { Shoppers, type Wish } from './services/shoppers.js';
import { Store } from './services/store.js';
import { Prng } from './world/prng.js';
import { withVirtualGlobals } from './world/virtual-globals.js';

export interface OrderScheduleOptions {
  readonly seed: number;
  /** Default `bare`. */
  readonly host?: HostKind;
  /** Keeps the trace's lines, for a replay. */
  readonly keepTrace?: boolean;
}

/** How one schedule went. Equal for equal seeds. */
export interface OrderScheduleReport {
  readonly seed: number;
  /** Empty: every rule held. */
  readonly violations: readonly string[];
  readonly traceDigest: string;
  readonly trace: readonly string[];
  readonly events: number;
  readonly virtualMs: number;
  readonly placed: number;
  readonly refused: number;
  readonly reads: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly points: ReadonlyMap<ProtocolPoint, number>;
}

/** How long everything may take once all has healed, virtual ms: a liveness promise of the whole store. */
export const recoveryMsMax = 60_000;

const products = ['tux', 'fox'] as const;

/** What one seed makes of the scenario. */
interface Scenario {
  readonly kinds: readonly FaultKind[];
  readonly everyMs: number;
  readonly faultyMs: number;
  readonly shoppers: number;
  readonly ordersEach: number;
  readonly impatience: number;
}

function drawScenario(random: Prng): Scenario {
  // Few kinds of faults a schedule: what goes wrong then goes wrong often.
  const kinds = faultKinds.filter(() => random.chance(0.35));
  return {
    kinds: kinds.length > 0 ? kinds : [random.pick(faultKinds)],
    everyMs: random.pick([60, 200, 500]),
    faultyMs: random.integer(600, 2_500),
    shoppers: random.integer(2, 4),
    ordersEach: random.integer(2, 5),
    impatience: random.pick([0, 0, 0.1]),
  };
}

/** Runs one schedule: shoppers under faults, then everything heals, comes to rest and is checked. */
export async function runOrderSchedule({
  seed,
  host = 'bare',
  keepTrace = false,
}: OrderScheduleOptions): Promise<OrderScheduleReport> {
  Logger.overrideLogger(false);
  const random = new Prng(seed * 7 + 3);
  const scenario = drawScenario(random);
  const store = new Store({
    seed,
    keepTrace,
    host,
    stock: { tux: random.integer(3, 30), fox: random.integer(0, 6) },
    links: calmLinks,
  });
  const { world, truth } = store;
  return withVirtualGlobals(world, async () => {
    const shoppers = new Shoppers(store, new Freshness(world, truth));
    const nemesis = new Nemesis(store, random, scenario.kinds, scenario.everyMs);
    for (const { process } of store.services) store.start(process.name);
    await world.runUntil(2_000, () => store.leader !== undefined && store.catalog.isOpen);
    for (let count = 0; count < scenario.shoppers; count++) {
      shoppers.begin(drawWishes(random, scenario.ordersEach), { pauseMsMax: 250, impatience: scenario.impatience });
    }
    nemesis.begin();
    await world.runUntil(world.now + scenario.faultyMs);
    nemesis.heal();
    await comeToRest(store, shoppers);
    return {
      seed,
      violations: world.violations.map(({ message }) => message),
      traceDigest: world.traceDigest,
      trace: world.traceLines,
      events: world.events,
      virtualMs: world.now,
      placed: shoppers.records.filter(({ told }) => told?.kind === 'placed').length,
      refused: shoppers.records.filter(({ told }) => told?.kind === 'refused').length,
      reads: shoppers.reads,
      faults: nemesis.done,
      points: store.points.counts,
    };
  });
}

/** After the last fault: every shopper gets an answer, nothing stays open, and then everything adds up. */
export async function comeToRest(store: Store, shoppers: Shoppers): Promise<void> {
  const { world } = store;
  world.trace('healed');
  const rested = await world.runUntil(world.now + recoveryMsMax, () => shoppers.busy === 0 && isAtRest(store));
  if (world.violations.length > 0) return;
  if (!rested)
    return world.violate(
      `${shoppers.busy} shoppers wait, or something is open, ${recoveryMsMax} ms after everything has healed`,
    );
  let isVerified = false;
  world.schedule(world.now, 'verify', () => void shoppers.verify().then(() => (isVerified = true)), shoppers.process);
  await world.runUntil(world.now + recoveryMsMax, () => isVerified);
  if (world.violations.length > 0) return;
  if (!isVerified) return world.violate('the shoppers cannot compare their orders');
  checkAtRest(store, shoppers.records);
}

export function drawWishes(random: Prng, count: number): readonly Omit<Wish, 'key'>[] {
  return Array.from({ length: count }, () => ({
    name: random.chance(0.05) ? 'ant' : random.pick(products),
    quantity: random.integer(1, 3),
  }));
}
