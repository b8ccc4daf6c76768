import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { CacheTrial, keys, type Step } from '../testing/cache-model/cache-trial.js';
import { coherenceRules, coherenceRulesOver, storeRule, type CoherenceRules } from './coherence-rules.js';
import { floorOf } from './floors.js';
import { compareVersions } from './version.js';

const stepOf = (): fc.Arbitrary<Step> => {
  const key = fc.constantFrom(...keys);
  const which = fc.nat({ max: 1_000 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('request' as const), key, own: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), which }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), which }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('sell' as const), key, present: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart-owner' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('read-aside' as const), key }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('offer' as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sell-group' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which, again: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose-session' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
  );
};

const seed = Number(process.env['CACHE_PROPERTY_SEED'] ?? Date.now() % 2_147_483_647);

function keepsItsPromises(rules: CoherenceRules) {
  return fc.property(fc.array(stepOf(), { minLength: 1, maxLength: 120, size: 'max' }), (steps) => {
    const trial = new CacheTrial(rules);
    for (const step of steps) {
      trial.take(step);
      trial.check();
    }
  });
}

describe(`the pure cache next to a naive model, seed ${seed}`, () => {
  it('never gives a reader less than was acknowledged before he asked, keeps the least recently used order, and stays bounded', () => {
    try {
      fc.assert(keepsItsPromises(coherenceRules), { numRuns: 400, seed });
    } catch (error) {
      throw new Error(`Replay: CACHE_PROPERTY_SEED=${seed} npx nx test cache -- cache-properties\n${String(error)}`, {
        cause: error,
      });
    }
  }, 120_000);

  it.each([
    {
      rule: 'what may be stored',
      change: { mayStore: () => 'stored', mayAnswer: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'who may join',
      change: { invalidationEndsFlight: () => false, mayAnswer: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'that groups have floors',
      change: { floorOf: (floors, key) => floorOf(floors, key) } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'who may join after the invalidation of a group',
      change: { groupEndsFlights: () => false, mayAnswer: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'that what was invalidated is gone',
      change: { invalidatedMayLinger: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'what is new enough for who has seen a change',
      change: { meetsMinimum: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'which load is new enough for who has seen a change',
      change: { joinedMeetsMinimum: () => true } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'what the first lease brings',
      change: { firstLeaseRaisesFloor: () => false } satisfies Partial<CoherenceRules>,
    },
    { rule: 'that epochs rise', change: coherenceRulesOver((a, b) => a.sequence - b.sequence) },
    {
      rule: 'that the newest is kept',
      change: { mayStore: storeRule(compareVersions, ['older-than-held']) } satisfies Partial<CoherenceRules>,
    },
    {
      rule: 'that late invalidations end nothing newer',
      change: { outlives: () => false } satisfies Partial<CoherenceRules>,
    },
  ])(
    'the model notices when the rule $rule is gone',
    ({ change }) => {
      const outcome = fc.check(keepsItsPromises({ ...coherenceRules, ...change }), {
        numRuns: 2_000,
        seed: 1,
        endOnFailure: true,
      });

      expect(outcome.failed).toBe(true);
    },
    120_000,
  );
});
