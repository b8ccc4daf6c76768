import { describe, expect, it } from '@jest/globals';

import { ownerRules } from '../../core/owner-rules.js';
import { walkLedger } from './walk-ledger.js';

const onlySeed = process.env['CACHE_LEDGER_SEED'];
const seedCount = Number(process.env['CACHE_LEDGER_SEEDS'] ?? 1_000);

describe('the ledger among modelled caches', () => {
  it(`keeps every promise in ${onlySeed === undefined ? `${seedCount} walks` : `the walk of seed ${onlySeed}`}`, () => {
    const seeds =
      onlySeed === undefined ? Array.from({ length: seedCount }, (_, index) => index + 1) : [Number(onlySeed)];

    for (const seed of seeds) {
      const broken = walkLedger(seed, ownerRules);
      if (broken !== undefined)
        throw new Error(
          `${broken.promise}, ${broken.detail}\nReplay: CACHE_LEDGER_SEED=${seed} npx nx test cache -- ledger-model`,
        );
    }
  }, 300_000);

  it('is the same walk for the same seed', () => {
    const hasty = { ...ownerRules, mustWaitFor: () => false };

    expect(walkLedger(3, hasty)).toEqual(walkLedger(3, hasty));
  });

  it.each([
    { rule: 'how long mutations wait for a lease', change: { mustWaitFor: () => false } },
    { rule: 'the grace', change: { graceHolds: () => false } },
    { rule: 'what an acknowledgement covers', change: { covers: () => true } },
    { rule: 'who has to start anew', change: { forgetsWhoMissed: () => false } },
    { rule: 'the guard of renewals', change: { mayRenew: () => true } },
  ])('notices when the rule $rule is gone', ({ change }) => {
    const seeds = Array.from({ length: 400 }, (_, index) => index + 1);

    expect(seeds.some((seed) => walkLedger(seed, { ...ownerRules, ...change }) !== undefined)).toBe(true);
  });
});
