import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Prng } from '../random/prng.js';
import { planSession } from './session-plan.js';

const products = ['tux', 'lego', 'barbie', 'uno'];

describe('planSession', () => {
  it('makes the same plan from the same seed, and another one from another', () => {
    const options = { requests: 50, prob: 0.5, products };

    expect(planSession(new Prng(7), options)).toEqual(planSession(new Prng(7), options));
    expect(planSession(new Prng(7), options)).not.toEqual(planSession(new Prng(8), options));
  });

  it('orders at exactly round(requests × prob) positions, 1 to 5 of a listed product', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (seed, requests, prob) => {
        const plan = planSession(new Prng(seed), { requests, prob, products });
        const orders = plan.filter(({ order }) => order !== undefined);

        expect(plan).toHaveLength(requests);
        expect(orders).toHaveLength(Math.round(requests * prob));
        expect(plan.every(({ product }) => products.includes(product))).toBe(true);
        expect(orders.every(({ order }) => [1, 2, 3, 4, 5].includes(order?.quantity ?? 0))).toBe(true);
      }),
    );
  });

  it('visits the same products whatever the probability', () => {
    const visited = (prob: number) =>
      planSession(new Prng(3), { requests: 20, prob, products }).map(({ product }) => product);

    expect(visited(0)).toEqual(visited(1));
  });

  it('spreads products and order positions over all that there are', () => {
    const plan = planSession(new Prng(1), { requests: 4000, prob: 0.5, products });
    const firstHalf = plan.slice(0, 2000).filter(({ order }) => order !== undefined).length;

    for (const name of products) expect(plan.filter(({ product }) => product === name).length).toBeGreaterThan(850);
    expect(firstHalf).toBeGreaterThan(900);
    expect(firstHalf).toBeLessThan(1100);
  });

  it('gives clients and runs of one seed different plans', () => {
    const options = { requests: 20, prob: 0.5, products };
    const plans = [Prng.forPart(1, 0, 1), Prng.forPart(1, 0, 2), Prng.forPart(1, 1, 1), Prng.forPart(2, 0, 1)].map(
      (prng) => JSON.stringify(planSession(prng, options)),
    );

    expect(new Set(plans).size).toBe(4);
  });

  it('refuses to plan visits without products', () => {
    expect(() => planSession(new Prng(1), { requests: 1, prob: 0, products: [] })).toThrow(/without products/);
  });
});
