import type { ChangedRules } from './real-store.js';

/** One change of one compiled file of this package: `find` occurs in it exactly once. */
export interface SourcePatch {
  /** Below `dist`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Something that the real modules, or the service around them, could do wrong. */
export interface ModuleMutant {
  readonly name: string;
  /** `rule`: the core decides otherwise. `service`: the owner of the data around the publisher. `wiring`: what carries out the decisions. */
  readonly of: 'rule' | 'service' | 'wiring';
  readonly changed?: ChangedRules;
  readonly patches?: readonly SourcePatch[];
}

function rule(name: string, changed: Pick<ChangedRules, 'frontend' | 'owner'>): ModuleMutant {
  return { name, of: 'rule', changed };
}

function service(name: string, flaw: NonNullable<ChangedRules['service']>): ModuleMutant {
  return { name, of: 'service', changed: { service: flaw } };
}

function wiring(name: string, ...patches: readonly SourcePatch[]): ModuleMutant {
  return { name, of: 'wiring', patches };
}

const keeper = 'lease/lease-keeper.js';
const publisher = 'publishing/cache-publisher.js';
const loadDesk = 'serving/load-desk.js';

export const moduleMutants: readonly ModuleMutant[] = [
  rule('stores whatever a load brings, whether an invalidation overtook it or not', {
    frontend: { mayStore: ({ ticket }) => (ticket.shared ? 'stored' : 'private'), mayAnswer: () => true },
  }),
  rule('knows a load by the placeholder under the key, not by its own identity', {
    frontend: {
      mayStore: ({ ticket, placeholderUnderKey }) => (ticket.shared && placeholderUnderKey ? 'stored' : 'floor'),
      mayAnswer: () => true,
    },
  }),
  rule('lets those who come after an invalidation join the load from before it', {
    frontend: { invalidationEndsFlight: () => false, mayAnswer: () => true },
  }),
  rule('counts the lease from the arrival of the answer', {
    frontend: { leaseCountsFrom: (_sentAt, receivedAt) => receivedAt },
  }),
  rule('acknowledges right after a restart of the owner', { owner: { graceHolds: () => false } }),
  rule('keeps the entries when it registers anew', { frontend: { newSessionStartsEmpty: () => false } }),
  rule('joins loads without a lease', { frontend: { mayJoin: (_lease, ticket) => ticket.fate === 'live' } }),
  rule('joins private loads that are under way', { frontend: { mayJoinPrivate: () => true } }),
  rule('serves entries without a lease', { frontend: { mayServe: () => true } }),
  service('takes the version when the answer is sent', 'version at send'),
  service('sends the DELETE before the commit', 'DELETE before commit'),
  rule('acknowledges orders without waiting for the caches', { owner: { mustWaitFor: () => false } }),
  service('has no epochs', 'no epochs'),
  rule('forgets floors without raising the global floor', { frontend: { mergeFloor: (global) => global } }),
  rule('renews leases past an outstanding invalidation', { owner: { mayRenew: () => true } }),
  rule('counts an acknowledgement for later changes too', { owner: { covers: () => true } }),
  rule('serves entries older than what the client has seen acknowledged', { frontend: { meetsMinimum: () => true } }),
  wiring('counts the lease from the arrival of the answer, in the lease keeper', {
    file: keeper,
    find: 'takeLeaseAnswer(state, { session, sentAt,',
    replace: 'takeLeaseAnswer(state, { session, sentAt: scheduler.now(),',
  }),
  wiring('acknowledges what a heartbeat’s answer brought and does not apply it', {
    file: 'core/cache-session.js',
    find: 'for (const { key, sequence } of cache.rules.appliesAnswers() ? answer.invalidations : []) {',
    replace: 'for (const { key, sequence } of []) {',
  }),
  wiring('acknowledges in a heartbeat what its answer is still to bring', {
    file: keeper,
    find: 'acknowledged: this.acknowledge }',
    replace: "acknowledged: ['tux', 'fox', 'owl'].map((name) => ({ key: `products/${name}`, sequence: 1_000_000 })) }",
  }),
  wiring('answers the DELETE before it is applied', {
    file: 'invalidation/apply-invalidation.js',
    find: 'const applied = cache.invalidate(key, version);',
    replace: "cache.runtime.scheduler.after(1, () => cache.invalidate(key, version)); const applied = 'raised';",
  }),
  wiring(
    'takes any answer to a DELETE for an acknowledgement',
    {
      file: 'publishing/subscriber-calls.js',
      find: 'if (answer.status !== 204)',
      replace: 'if (false)',
    },
    {
      file: 'publishing/subscriber-calls.js',
      find: "return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };",
      replace: "return { kind: 'acknowledged' };",
    },
  ),
  wiring('waits after a restart for its own lease, whatever is on record', {
    file: publisher,
    find: 'this.open(epoch, { graceMs });',
    replace: 'this.open(epoch);',
  }),
  wiring('grants its first lease before that is on record', {
    file: publisher,
    find: 'if (longestMs !== recordedMs)',
    replace: 'if (false)',
  }),
  wiring('resolves a mutation when its DELETEs are sent', {
    file: publisher,
    find: 'this.thisTick.push({ mutation, keys, sequence, awaited });',
    replace: 'this.thisTick.push({ mutation, keys, sequence, awaited: false });',
  }),
  wiring('takes no notice of what the client has seen acknowledged', {
    file: 'serving/cache.interceptor.js',
    find: 'minimum: parseMinimumVersion(request.headers[this.cache.runtime.config.minimumVersionHeader]),',
    replace: 'minimum: undefined,',
  }),
  wiring('answers who joined a load without a look at what it brought', {
    file: loadDesk,
    find: 'if (asked.round === 2 ||',
    replace: 'if (true ||',
  }),
  wiring('starts a load at once that others may join until it starts', {
    file: loadDesk,
    find: 'turn.then(() => this.perform(ticket, asked))',
    replace: 'this.perform(ticket, asked)',
  }),
  wiring('goes on with a session that the owner has voided', {
    file: keeper,
    find: 'return this.loseSession(sentAt);\n        const kept',
    replace: 'return this.untilNext(sentAt);\n        const kept',
  }),
];
