import { coherenceRules, coherenceRulesOver, storeRule, type CoherenceRules } from '../../core/coherence-rules.js';
import { floorOf } from '../../core/floors.js';
import { compareVersions } from '../../core/version.js';
import { ownerRules, type OwnerRules } from '../../core/owner-rules.js';
import { noFlaws, type OwnerFlaws } from './sim-owner.js';

/** The algorithm with one rule taken away, and how that shows. */
export interface Mutant {
  readonly name: string;
  readonly frontend: CoherenceRules;
  readonly owner: OwnerRules;
  readonly flaws: OwnerFlaws;
  /** Where it shows: `store` has owner, frontends and shoppers, `ledger` the owner's ledger among modelled caches. */
  readonly model: 'store' | 'ledger';
  /** Which promises it breaks. */
  readonly breaks: RegExp;
}

interface Change {
  readonly breaks: RegExp;
  readonly model?: Mutant['model'];
  readonly frontend?: Partial<CoherenceRules>;
  readonly owner?: Partial<OwnerRules>;
  readonly flaws?: Partial<OwnerFlaws>;
}

export function mutant(name: string, change: Change): Mutant {
  return {
    name,
    frontend: { ...coherenceRules, ...change.frontend },
    owner: { ...ownerRules, ...change.owner },
    flaws: { ...noFlaws, ...change.flaws },
    model: change.model ?? 'store',
    breaks: change.breaks,
  };
}

export const theAlgorithm: Mutant = mutant('the algorithm', { breaks: /^$/ });

/** A value from before an acknowledged change was served. */
const stale = /^S\d/;

export const mutants: readonly Mutant[] = [
  mutant('stores whatever a load brings, whether an invalidation overtook it or not', {
    frontend: { mayStore: ({ ticket }) => (ticket.shared ? 'stored' : 'private'), mayAnswer: () => true },
    breaks: stale,
  }),
  mutant('knows a load by the placeholder under the key, not by its own identity', {
    frontend: {
      mayStore: ({ ticket, placeholderUnderKey }) => (ticket.shared && placeholderUnderKey ? 'stored' : 'floor'),
      mayAnswer: () => true,
    },
    breaks: stale,
  }),
  mutant('lets those who come after an invalidation join the load from before it', {
    frontend: { invalidationEndsFlight: () => false, mayAnswer: () => true },
    breaks: stale,
  }),
  mutant('counts the lease from the arrival of the answer', {
    frontend: { leaseCountsFrom: (_sentAt, receivedAt) => receivedAt },
    breaks: stale,
  }),
  mutant('acknowledges right after a restart of the owner', { flaws: { noGrace: true }, breaks: stale }),
  mutant('keeps the entries when it registers anew', {
    frontend: { newSessionStartsEmpty: () => false },
    breaks: stale,
  }),
  mutant('joins loads without a lease', {
    frontend: { mayJoin: (_lease, ticket) => ticket.fate === 'live' },
    breaks: stale,
  }),
  mutant('joins private loads that are under way', { frontend: { mayJoinPrivate: () => true }, breaks: stale }),
  mutant('keeps no margin for clocks of different rates', { frontend: { leaseMargin: () => 0 }, breaks: stale }),
  mutant('acknowledges what heartbeats bring without applying it', {
    frontend: { appliesAnswers: () => false },
    breaks: stale,
  }),
  mutant('serves entries without a lease', { frontend: { mayServe: () => true }, breaks: stale }),
  mutant('takes the version when the answer is sent', { flaws: { versionAtSend: true }, breaks: stale }),
  mutant('sends the DELETE before the commit', { flaws: { deleteBeforeCommit: true }, breaks: stale }),
  mutant('acknowledges orders without waiting for the caches', { owner: { mustWaitFor: () => false }, breaks: stale }),
  mutant('has no epochs', { flaws: { noEpochs: true }, breaks: /^(S\d|liveness)/ }),
  mutant('forgets floors without raising the global floor', {
    frontend: { mergeFloor: (global) => global },
    breaks: stale,
  }),
  mutant('forgets that groups have floors', {
    frontend: { floorOf: (floors, key) => floorOf(floors, key) },
    breaks: stale,
  }),
  mutant('lets those who come after the invalidation of a group join a load from before it', {
    frontend: { groupEndsFlights: () => false, mayAnswer: () => true },
    breaks: stale,
  }),
  mutant('leaves the variants of an invalidated key behind', {
    frontend: { reachesVariants: () => false },
    breaks: stale,
  }),
  mutant('serves what was invalidated while it is loaded anew', {
    frontend: { invalidatedMayLinger: () => true },
    breaks: stale,
  }),
  mutant('serves what has outlived its time without a lease', {
    frontend: { mayServeStale: () => true },
    breaks: stale,
  }),
  mutant('serves entries older than what the client has seen acknowledged', {
    frontend: { meetsMinimum: () => true },
    breaks: stale,
  }),
  mutant('lets a client that has seen a change join a load from before it', {
    frontend: { joinedMeetsMinimum: () => true },
    breaks: stale,
  }),
  mutant('renews leases past an outstanding invalidation', { owner: { mayRenew: () => true }, breaks: /^order wait/ }),
  mutant('orders versions by sequence alone', {
    frontend: coherenceRulesOver((a, b) => a.sequence - b.sequence),
    breaks: /^(S\d|liveness)/,
  }),
  mutant('stores what is below the floor', {
    frontend: { mayStore: storeRule(compareVersions, ['floor']) },
    breaks: stale,
  }),
  mutant('stores in one session what belongs to another', {
    frontend: { mayStore: storeRule(compareVersions, ['session']) },
    breaks: stale,
  }),
  mutant('begins a session below what was announced before its first lease', {
    frontend: { firstLeaseRaisesFloor: () => false },
    breaks: stale,
  }),
  mutant('puts older values in the place of newer ones', {
    frontend: { mayStore: storeRule(compareVersions, ['older-than-held']) },
    breaks: /^newest kept/,
  }),
  mutant('drops newer values for late invalidations', {
    frontend: { outlives: () => false },
    breaks: /^newest kept/,
  }),
  mutant('counts an acknowledgement for later changes too', { owner: { covers: () => true }, breaks: stale }),
  mutant('goes on waiting for who has missed something', {
    owner: { forgetsWhoMissed: () => false },
    breaks: /^waits of a cut/,
  }),
  mutant('grants a lease to whoever registers', {
    owner: { registrationGetsLease: () => true },
    breaks: /^waits of a cut/,
  }),
  mutant('takes a copy of a registration for the one that found the cache empty', {
    owner: { recognises: () => true },
    breaks: stale,
  }),
  mutant('renews leases although more is outstanding than is remembered', {
    model: 'ledger',
    owner: { mayRenewCondemned: () => true },
    breaks: /^order wait/,
  }),
  mutant('knows several sessions of one process', {
    model: 'ledger',
    owner: { registrationEnds: () => false },
    breaks: /^sessions/,
  }),
  mutant('takes the answer of another process for the end of a session', {
    model: 'ledger',
    owner: { answerEnds: () => true },
    breaks: stale,
  }),
  mutant('waits for a session although a later one of its process has answered', {
    model: 'ledger',
    owner: { answerEnds: () => false },
    breaks: /^sessions/,
  }),
];
