import { Logger } from '@nestjs/common';
import { checkAtRest, isAtRest } from '../checks/at-rest.js';
import { Freshness } from '../checks/freshness.js';
import { FaultInjector } from '../faults/fault-injector.js';
import { Shoppers } from '../services/shoppers.js';
import { Store } from '../services/store.js';
import { withVirtualGlobals } from '../world/virtual-globals.js';
import type { OrderOutcome } from './order-outcome.js';
import type { OrderPlan } from './order-plan.js';

/** How long everything may take once all has healed, virtual ms: a liveness promise of the whole store. */
export const recoveryMsMax = 60_000;

const startMsMax = 2_000;

/** Runs one plan: shoppers under faults, then everything heals, comes to rest and is checked. */
export async function runOrderPlan(
  plan: OrderPlan,
  { record = false }: { readonly record?: boolean } = {},
): Promise<OrderOutcome> {
  Logger.overrideLogger(false);
  const { seed, host, stock, group, keys, shoppers: habits, faultsMs } = plan;
  const store = new Store({ seed, keepTrace: record, host, stock, group, keys });
  const { world, truth } = store;
  return withVirtualGlobals(world, async () => {
    const shoppers = new Shoppers(store, new Freshness(world, truth));
    const injector = new FaultInjector(store);
    for (const { process } of store.services) store.start(process.name);
    await world.runUntil(startMsMax, () => store.leader !== undefined && store.catalog.isOpen);
    const beganAt = world.now;
    for (const wishes of habits.wishes) shoppers.begin(wishes, habits);
    injector.schedule(plan.faults);
    await world.runUntil(beganAt + faultsMs);
    injector.heal();
    await comeToRest(store, shoppers);
    for (const { afterMs, wishes } of keys.visits) {
      if (world.violations.length > 0) break;
      await world.runUntil(world.now + afterMs);
      shoppers.begin(wishes, habits);
      await comeToRest(store, shoppers);
    }
    for (const voter of store.leader?.raft?.voters ?? []) {
      if (injector.lostStores.has(voter)) store.count('lost store replaced');
    }
    const [violation] = world.violations;
    return {
      report: {
        seed,
        traceDigest: world.traceDigest,
        events: world.events,
        virtualMs: world.now,
        placed: shoppers.records.filter(({ told }) => told?.kind === 'placed').length,
        refused: shoppers.records.filter(({ told }) => told?.kind === 'refused').length,
        reads: shoppers.reads,
        unanswered: shoppers.unanswered,
        faults: injector.counts,
        points: store.points.counts,
        happened: store.happened,
      },
      failure: violation && { rule: violation.rule, detail: violation.message, atMs: violation.atMs - beganAt },
      sequence: world.traceLines,
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
      'Liveness',
      `${shoppers.busy} shoppers wait, or something is open, ${recoveryMsMax} ms after everything has healed`,
    );
  let isVerified = false;
  world.schedule(world.now, 'verify', () => void shoppers.verify().then(() => (isVerified = true)), shoppers.process);
  // Leadership may still change while they compare, for a higher priority.
  await world.runUntil(world.now + recoveryMsMax, () => isVerified && isAtRest(store));
  if (world.violations.length > 0) return;
  if (!isVerified) return world.violate('Liveness', 'the shoppers cannot compare their orders');
  if (!isAtRest(store)) return world.violate('Liveness', 'something opened again after everything had come to rest');
  checkAtRest(store, shoppers.records);
}
