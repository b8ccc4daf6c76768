import type { HostKind } from '../services/group-host.js';
import type { Wish } from '../services/shoppers.js';
import { Prng } from '../world/prng.js';
import { drawKinds, drawOrderFaults } from './draw-order-faults.js';
import type { OrderPlan } from './order-plan.js';

const products = ['tux', 'fox'] as const;

/** The plan of a seed. Each concern has a generator of its own: a change in how one is drawn leaves the others alone. */
export function drawOrderPlan(seed: number, host: HostKind = 'bare'): OrderPlan {
  const source = new Prng(seed * 7 + 3);
  const [ofStock, ofShoppers, ofMix, ofFaults] = [source.fork(), source.fork(), source.fork(), source.fork()];
  const faultsMs = ofMix.integer(600, 2_500);
  return {
    seed,
    host,
    stock: { tux: ofStock.integer(3, 30), fox: ofStock.integer(0, 6) },
    shoppers: drawShoppers(ofShoppers),
    faultsMs,
    faults: drawOrderFaults(ofFaults, { kinds: drawKinds(ofMix), everyMs: ofMix.pick([60, 200, 500]), faultsMs }),
  };
}

export function drawWishes(random: Prng, count: number): readonly Omit<Wish, 'key'>[] {
  return Array.from({ length: count }, () => ({
    name: random.chance(0.05) ? 'ant' : random.pick(products),
    quantity: random.integer(1, 3),
  }));
}

function drawShoppers(random: Prng): OrderPlan['shoppers'] {
  const ordersEach = random.integer(2, 5);
  return {
    impatience: random.pick([0, 0, 0.1]),
    pauseMsMax: 250,
    wishes: Array.from({ length: random.integer(2, 4) }, () => drawWishes(random, ordersEach)),
  };
}
