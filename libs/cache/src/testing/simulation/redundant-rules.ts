import { storeRule } from '../../core/coherence-rules.js';
import { compareVersions } from '../../core/version.js';
import { mutant, type Mutant } from './mutants.js';

/** A rule that no schedule misses, because another one stands behind it; without both a promise breaks. */
export interface RedundantRule {
  readonly alone: Mutant;
  /** What keeps the promise then. */
  readonly behind: string;
  readonly together: Mutant;
}

type Change = Parameters<typeof mutant>[1];

function redundant(rule: string, change: Omit<Change, 'breaks'>, behind: string, both: Change): RedundantRule {
  return {
    alone: mutant(rule, { ...change, breaks: /./ }),
    behind,
    together: mutant(`${rule}, and without the rule behind it`, both),
  };
}

const stale = /^S\d/;

export const redundantRules: readonly RedundantRule[] = [
  redundant(
    'stores loads that began without a lease',
    { frontend: { mayStore: storeRule(compareVersions, ['private']) } },
    'the floor of the first lease',
    {
      frontend: { mayStore: storeRule(compareVersions, ['private']), firstLeaseRaisesFloor: () => false },
      breaks: stale,
    },
  ),
  redundant(
    'stores loads that were under way when the cache was emptied',
    { frontend: { mayStore: storeRule(compareVersions, ['void']) } },
    'a load stores only in its own session',
    { frontend: { mayStore: storeRule(compareVersions, ['void', 'session']) }, breaks: stale },
  ),
  redundant(
    'lets loads live on when it is emptied',
    { frontend: { flushVoidsLoads: () => false } },
    'a load stores only in its own session',
    { frontend: { flushVoidsLoads: () => false, mayStore: storeRule(compareVersions, ['session']) }, breaks: stale },
  ),
  redundant(
    'stores values of another life of the owner',
    { frontend: { mayStore: storeRule(compareVersions, ['epoch']) } },
    'the floors, for earlier lives; the grace, for later ones',
    { frontend: { mayStore: storeRule(compareVersions, ['epoch', 'floor']) }, breaks: stale },
  ),
  redundant(
    'answers with a load that was overtaken instead of repeating it',
    { frontend: { mayAnswer: () => true } },
    'nobody who comes later joins it',
    { frontend: { mayAnswer: () => true, groupEndsFlights: () => false }, breaks: stale },
  ),
  redundant(
    'takes answers that an earlier session was given',
    { frontend: { isOfThisSession: () => true } },
    'they are of the epoch of the registration, or their lease is over',
    { frontend: { isOfThisSession: () => true, isOfThisEpoch: () => true }, breaks: /^(S\d|liveness)/ },
  ),
  redundant(
    'takes answers of another life of the owner',
    { frontend: { isOfThisEpoch: () => true } },
    'the owner voids heartbeats that were meant for another life',
    { frontend: { isOfThisEpoch: () => true }, owner: { isOfThisLife: () => true }, breaks: /^(S\d|liveness)/ },
  ),
  redundant(
    'has an owner that knows heartbeats meant for another life',
    { owner: { isOfThisLife: () => true } },
    'the cache begins a new session when the epoch of an answer is another',
    { owner: { isOfThisLife: () => true }, frontend: { isOfThisEpoch: () => true }, breaks: /^(S\d|liveness)/ },
  ),
];
