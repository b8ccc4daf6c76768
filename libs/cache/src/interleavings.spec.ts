import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';

import { RealStore, type ChangedRules } from './testing/interleaving/real-store.js';
import { settled } from './testing/manual-scheduler.js';

Logger.overrideLogger(false);

const names = ['tux', 'fox', 'owl'];
const frontends = ['f1', 'f2'];

type Command = (store: RealStore) => unknown;

/** What happens next, with how it reads in a counter-example. */
class Step {
  constructor(
    private readonly text: string,
    readonly take: Command,
  ) {}

  [fc.toStringMethod](): string {
    return this.text;
  }
}

const name = fc.constantFrom(...names);
const frontend = fc.constantFrom(...frontends);
const which = fc.nat({ max: 1_000 });

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(frontend, name, fc.boolean())
      .map(
        ([f, n, asBuyer]) =>
          new Step(`get ${n} at ${f}${asBuyer ? ' as buyer' : ''}`, (store) => store.get(f, n, { asBuyer })),
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        name,
        fc.constantFrom('strict' as const, 'strict' as const, 'background' as const),
        fc.integer({ min: 0, max: 3 }),
      )
      .map(
        ([n, mode, rest]) =>
          new Step(`sell ${n} ${mode}, ${rest} left`, (store) => store.sell([n], { mode, present: rest > 0 })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(new Step('restock all', (store) => store.sell(names, { mode: 'strict', present: true }))),
  },
  { weight: 14, arbitrary: which.map((w) => new Step(`deliver ${w}`, (store) => store.network.deliver(w))) },
  {
    weight: 2,
    arbitrary: which.map((w) => new Step(`duplicate ${w}`, (store) => store.network.deliver(w, { stays: true }))),
  },
  { weight: 2, arbitrary: which.map((w) => new Step(`drop ${w}`, (store) => store.network.lose(w))) },
  { weight: 5, arbitrary: fc.constant(new Step('calm', (store) => store.network.calm())) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(20, 100, 250, 500, 1_100)
      .map((ms) => new Step(`advance ${ms}`, (store) => store.scheduler.advance(ms))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(frontend, fc.constantFrom('to', 'from', 'both')).map(
      ([f, direction]) =>
        new Step(`cut ${direction} ${f}`, ({ network }) => {
          if (direction !== 'from') network.cut('owner', f);
          if (direction !== 'to') network.cut(f, 'owner');
        }),
    ),
  },
  { weight: 2, arbitrary: fc.constant(new Step('heal', (store) => store.network.heal())) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(1_000, 2_000)
      .map(
        (leaseMs) => new Step(`restart the owner with leases of ${leaseMs}`, (store) => store.restartOwner(leaseMs)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(frontend, fc.boolean())
      .map(
        ([f, crashes]) =>
          new Step(`${crashes ? 'crash' : 'stop'} and start ${f}`, (store) => store.restartFrontend(f, { crashes })),
      ),
  },
);

function keepsItsPromises(changed: ChangedRules = {}) {
  return fc.asyncProperty(fc.array(stepOf, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
    const store = new RealStore(changed);
    await store.start();
    for (const step of steps) {
      await step.take(store);
      await settled();
      store.checkBounds();
      if (store.broken.length > 0) break;
    }
    if (store.broken.length === 0) await store.checkRecovery();
    if (store.broken.length > 0) throw new Error(store.broken.join('\n'));
  });
}

const seed = Number(process.env['CACHE_INTERLEAVING_SEED'] ?? Date.now() % 2_147_483_647);
const numRuns = Number(process.env['CACHE_INTERLEAVING_RUNS'] ?? 120);

describe(`the real modules, one message at a time, seed ${seed}`, () => {
  it(`keep every promise in ${numRuns} histories`, async () => {
    try {
      await fc.assert(keepsItsPromises(), { numRuns, seed });
    } catch (error) {
      throw new Error(`Replay: CACHE_INTERLEAVING_SEED=${seed} npx nx test cache -- interleavings\n${String(error)}`, {
        cause: error,
      });
    }
  }, 600_000);

  it.each([
    { rule: 'acknowledges sales without waiting for the caches', changed: { owner: { mustWaitFor: () => false } } },
    { rule: 'acknowledges right after a restart', changed: { owner: { graceHolds: () => false } } },
    {
      rule: 'stores whatever a load brings',
      changed: { frontend: { mayStore: () => 'stored' as const, mayAnswer: () => true } },
    },
    { rule: 'keeps the entries when it registers anew', changed: { frontend: { newSessionStartsEmpty: () => false } } },
  ] satisfies readonly { rule: string; changed: ChangedRules }[])(
    'notice a cache that $rule',
    async ({ changed }) => {
      const outcome = await fc.check(keepsItsPromises(changed), { numRuns: 400, seed: 1, endOnFailure: true });

      expect(outcome.failed).toBe(true);
    },
    600_000,
  );
});
