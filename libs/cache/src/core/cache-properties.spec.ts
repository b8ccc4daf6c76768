import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { cacheGroup, type CacheKey } from './cache-key.js';
import { beginSession, takeGrant, takeLeaseAnswer } from './cache-session.js';
import { createCache, type CoherentCacheState, type Entry } from './cache-state.js';
import { coherenceRules, type CoherenceRules } from './coherence-rules.js';
import {
  failFill,
  fill,
  invalidate,
  joinSuffices,
  serve,
  serveOnError,
  settleLane,
  type FillDecision,
  type KeepTerms,
} from './coherent-cache.js';
import type { FillTicket } from './fill-ticket.js';
import { floorOf } from './floors.js';
import type { Version } from './version.js';

const keys: readonly CacheKey[] = Array.from({ length: 5 }, (_, index): CacheKey => `products/${index}`);
/** The group of every second key; its members are only told with their values. */
const even = cacheGroup('even');
const membersOfEven = keys.filter((_, index) => index % 2 === 0);
const groupsOf = (key: CacheKey): readonly CacheKey[] => (membersOfEven.includes(key) ? [even] : []);
const keep: KeepTerms = { ttlMs: 30, staleWhileRevalidateMs: 30, staleIfErrorMs: 60 };
const capacity = 3;
const leaseMs = 50;
const limits = {
  capacity,
  negativeCapacity: 2,
  privateCapacity: 2,
  maxTtlMs: 100,
  negativeTtlMs: 50,
  floorsMax: 2,
  fillsInFlightMax: 20,
  leaseMarginMs: 5,
};

/** What a reader may be given, told without any of the cache's own ideas: a list of the owner's history. */
class NaiveStore {
  sequence = 0;
  /** Sequence of the last change of each key. */
  readonly changed = new Map<CacheKey, number>();
  /** Of those, the changes that the cache has acknowledged. */
  readonly acknowledged = new Map<CacheKey, number>();
  /** Least recently used first, as a list that is searched. */
  recency: CacheKey[] = [];

  change(...changed: readonly CacheKey[]): number {
    this.sequence += 1;
    for (const key of changed) this.changed.set(key, this.sequence);
    return this.sequence;
  }
}

/** Somebody who has asked. */
interface Reader {
  /** The oldest change that they may be shown. */
  readonly owed: number;
  /** What they have seen acknowledged themselves, and asked for. */
  readonly minimum: Version | undefined;
  /** They joined a load that was under way, and may have to ask once more. */
  readonly joined: boolean;
}

interface Loading {
  readonly ticket: FillTicket;
  /** What was read, and when in the owner's history: fixed at some time after the load began. */
  read: { readonly change: number; readonly sequence: number } | undefined;
  /** Who waits. */
  readonly waiting: Reader[];
}

type Step =
  | { readonly kind: 'request'; readonly key: CacheKey; readonly own: boolean }
  | { readonly kind: 'read'; readonly which: number }
  | { readonly kind: 'answer'; readonly which: number }
  | { readonly kind: 'fail'; readonly which: number }
  | { readonly kind: 'sell'; readonly key: CacheKey }
  | { readonly kind: 'sell-group' }
  | { readonly kind: 'deliver'; readonly which: number; readonly again: boolean }
  | { readonly kind: 'renew' }
  | { readonly kind: 'lose-session' }
  | { readonly kind: 'wait'; readonly ms: number };

const stepOf = (): fc.Arbitrary<Step> => {
  const key = fc.constantFrom(...keys);
  const which = fc.nat({ max: 1_000 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('request' as const), key, own: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), which }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), which }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('sell' as const), key }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sell-group' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which, again: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose-session' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
  );
};

/** Checked after each of some hundred thousand steps, where `expect` would take most of the time. */
function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

/** One cache under random steps, next to the naive store. */
class Trial {
  readonly cache: CoherentCacheState<number>;
  readonly naive = new NaiveStore();
  private loading: Loading[] = [];
  private undelivered: { readonly key: CacheKey; readonly sequence: number }[] = [];
  private now = 0;
  private sessions = 0;

  constructor(rules: CoherenceRules) {
    this.cache = createCache<number>(limits, rules);
    this.register();
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'request':
        return this.request(step.key, step.own);
      case 'read':
        return this.read(step.which);
      case 'answer':
        return this.answer(step.which);
      case 'fail':
        return this.fail(step.which);
      case 'sell':
        this.undelivered.push({ key: step.key, sequence: this.naive.change(step.key) });
        return;
      case 'sell-group':
        this.undelivered.push({ key: even, sequence: this.naive.change(...membersOfEven) });
        return;
      case 'deliver':
        return this.deliver(step.which, step.again);
      case 'renew':
        return this.extend();
      case 'lose-session':
        return this.register();
      case 'wait':
        this.now += step.ms;
    }
  }

  /** `own`: whoever asks has made the latest change of the key themselves, and says so. */
  private request(key: CacheKey, own: boolean): void {
    const seen = own ? (this.naive.changed.get(key) ?? 0) : 0;
    const minimum = own ? { epoch: 1, sequence: seen } : undefined;
    this.ask(key, { owed: Math.max(seen, this.naive.acknowledged.get(key) ?? 0), minimum, joined: true });
  }

  private ask(key: CacheKey, reader: Reader): void {
    const decision = serve(this.cache, key, this.now, reader.minimum);
    switch (decision.kind) {
      case 'refuse':
        return;
      case 'hit':
      case 'stale-hit':
        this.show(key, decision.entry, reader);
        if (decision.kind === 'stale-hit' && decision.revalidation !== undefined) {
          this.loading.push({ ticket: decision.revalidation, read: undefined, waiting: [] });
        }
        return;
      default:
        this.wait(decision.ticket, { ...reader, joined: reader.joined && decision.kind === 'join' });
    }
  }

  private show(key: CacheKey, entry: Entry<number>, { owed }: Reader): void {
    const change = entry.kind === 'value' ? entry.value : -1;
    must(change >= owed, `${key} was shown from the cache with change ${change} to somebody who is owed ${owed}`);
    this.use(key);
  }

  /** Whoever joins a load that has read already is owed what they were owed when they asked, like everybody. */
  private wait(ticket: FillTicket, ...readers: readonly Reader[]): void {
    const known = this.loading.find((load) => load.ticket === ticket);
    if (known === undefined) this.loading.push({ ticket, read: undefined, waiting: [...readers] });
    else known.waiting.push(...readers);
  }

  private read(which: number): void {
    const load = this.runningLoad(which);
    if (load === undefined || load.read !== undefined) return;
    load.read = { change: this.naive.changed.get(load.ticket.key) ?? 0, sequence: this.naive.sequence };
  }

  private answer(which: number): void {
    const load = this.runningLoad(which);
    if (load?.read === undefined) return;
    const { ticket, read } = load;
    const before = this.cache.values.size;
    const decision = fill(
      this.cache,
      ticket,
      {
        kind: 'value',
        value: read.change,
        version: { epoch: 1, sequence: read.sequence },
        groups: groupsOf(ticket.key),
        keep,
      },
      this.now,
    );
    if (decision.kind === 'answer' && decision.verdict === 'stored') {
      this.use(ticket.key);
      if (before === capacity) this.naive.recency = this.naive.recency.slice(-capacity);
    }
    this.end(load, decision);
  }

  private fail(which: number): void {
    const load = this.runningLoad(which);
    if (load === undefined) return;
    failFill(this.cache, load.ticket);
    this.end(load, undefined);
  }

  private end(load: Loading, decision: FillDecision<number> | undefined): void {
    this.loading = this.loading.filter((other) => other !== load);
    settleLane(this.cache, load.ticket);
    const { key } = load.ticket;
    if (decision === undefined) {
      for (const reader of load.waiting) {
        const held = serveOnError(this.cache, key, this.now, reader.minimum);
        if (held !== undefined) this.show(key, held, reader);
      }
      return;
    }
    if (decision.kind === 'repeat') return this.wait(decision.ticket, ...load.waiting);
    const change = load.read?.change ?? 0;
    for (const reader of load.waiting) {
      if (reader.joined && !joinSuffices(this.cache, decision.entry.version, reader.minimum))
        this.ask(key, { ...reader, joined: false });
      else must(change >= reader.owed, `a load of ${key} gave change ${change} to somebody who is owed ${reader.owed}`);
    }
  }

  private deliver(which: number, again: boolean): void {
    if (this.undelivered.length === 0) return;
    const position = which % this.undelivered.length;
    const { key, sequence } = this.undelivered[position] as (typeof this.undelivered)[0];
    invalidate(this.cache, key, { epoch: 1, sequence });
    if (!again) this.undelivered.splice(position, 1);
    for (const each of key === even ? membersOfEven : [key]) {
      this.naive.acknowledged.set(each, Math.max(sequence, this.naive.acknowledged.get(each) ?? 0));
    }
    this.forgetDropped();
  }

  private extend(): void {
    const lease = this.cache.lease;
    if (lease.kind !== 'held') return;
    takeLeaseAnswer(this.cache, {
      session: lease.session,
      epoch: 1,
      sequence: this.naive.sequence,
      sentAt: this.now,
      receivedAt: this.now,
      leaseMs,
      invalidations: [],
    });
  }

  private register(): void {
    this.sessions += 1;
    beginSession(this.cache, `s.${this.sessions}`);
    takeGrant(this.cache, `s.${this.sessions}`, { epoch: 1, number: this.sessions });
    takeLeaseAnswer(this.cache, {
      session: `s.${this.sessions}`,
      epoch: 1,
      sequence: this.naive.sequence,
      sentAt: this.now,
      receivedAt: this.now,
      leaseMs,
      invalidations: [],
    });
    this.naive.recency = [];
  }

  /** A load that waits for its turn has not begun to read. */
  private runningLoad(which: number): Loading | undefined {
    const running = this.loading.filter(({ ticket }) => this.cache.lanes.get(ticket.key)?.queued !== ticket);
    return running[which % Math.max(1, running.length)];
  }

  private use(key: CacheKey): void {
    this.naive.recency = [...this.naive.recency.filter((other) => other !== key), key];
  }

  private forgetDropped(): void {
    this.naive.recency = this.naive.recency.filter((key) => this.cache.values.peek(key) !== undefined);
  }

  check(): void {
    const held = [...this.cache.values.entries()].map(([key]) => key).join(' ');
    must(
      held === this.naive.recency.join(' '),
      `holds ${held}, least recently used first, instead of ${this.naive.recency.join(' ')}`,
    );
    must(this.cache.values.size <= capacity, `${this.cache.values.size} entries`);
    must(this.cache.floors.byKey.size <= limits.floorsMax, `${this.cache.floors.byKey.size} floors`);
    must(
      this.cache.fillsInFlight === this.loading.length,
      `${this.cache.fillsInFlight} loads instead of ${this.loading.length}`,
    );
  }
}

const seed = Number(process.env['CACHE_PROPERTY_SEED'] ?? Date.now() % 2_147_483_647);

function keepsItsPromises(rules: CoherenceRules) {
  return fc.property(fc.array(stepOf(), { minLength: 1, maxLength: 120, size: 'max' }), (steps) => {
    const trial = new Trial(rules);
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
  ])(
    'the model notices when the rule $rule is gone',
    ({ change }) => {
      const outcome = fc.check(keepsItsPromises({ ...coherenceRules, ...change }), {
        numRuns: 1_000,
        seed,
        endOnFailure: true,
      });

      expect(outcome.failed).toBe(true);
    },
    120_000,
  );
});
