import type { Prng } from '../random/prng.js';

export const orderQuantityMin = 1;
export const orderQuantityMax = 5;

/** One step of a session: a look at a product and, at the chosen positions, an order of it if it is in stock. */
export interface Visit {
  readonly product: string;
  readonly order: { readonly quantity: number } | undefined;
}

export interface PlanOptions {
  readonly requests: number;
  /** Exactly `round(requests × prob)` visits order. */
  readonly prob: number;
  /** The names to pick from; not empty when there are requests. */
  readonly products: readonly string[];
}

/** What a session does, decided before it starts: the same generator state and options give the same plan. */
export function planSession(prng: Prng, { requests, prob, products }: PlanOptions): readonly Visit[] {
  const ordering = drawPositions(prng, { from: requests, count: Math.round(requests * prob) });
  return Array.from({ length: requests }, (_, position) => {
    const product = products[prng.below(products.length)];
    if (product === undefined) throw new TypeError('A session cannot be planned without products.');
    // Drawn for every visit, so that the products of a session do not depend on the probability.
    const quantity = orderQuantityMin + prng.below(orderQuantityMax - orderQuantityMin + 1);
    return { product, order: ordering.has(position) ? { quantity } : undefined };
  });
}

/** `count` different positions out of `from`, each set equally likely (a Fisher–Yates shuffle cut short). */
function drawPositions(prng: Prng, { from, count }: { from: number; count: number }): ReadonlySet<number> {
  const positions = Array.from({ length: from }, (_, position) => position);
  for (let drawn = 0; drawn < from; drawn += 1) {
    const other = drawn + prng.below(from - drawn);
    const [mine, theirs] = [positions[drawn] as number, positions[other] as number];
    positions[drawn] = theirs;
    positions[other] = mine;
  }
  return new Set(positions.slice(0, count));
}
