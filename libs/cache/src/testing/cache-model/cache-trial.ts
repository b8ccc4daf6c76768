import { cacheGroup, type CacheKey } from '../../core/cache-key.js';
import { beginSession, takeGrant, takeLeaseAnswer } from '../../core/cache-session.js';
import { createCache, heldUnder, type CoherentCacheState, type Entry } from '../../core/cache-state.js';
import type { CoherenceRules } from '../../core/coherence-rules.js';
import {
  failFill,
  fill,
  invalidate,
  joinSuffices,
  offer,
  serve,
  serveOnError,
  settleLane,
  type FillDecision,
  type KeepTerms,
  type LoadResult,
} from '../../core/coherent-cache.js';
import type { FillTicket } from '../../core/fill-ticket.js';
import type { Version } from '../../core/version.js';
import { asAtFirst, NaiveStore, type Change, type Said } from './naive-store.js';

export const keys: readonly CacheKey[] = Array.from({ length: 5 }, (_, index): CacheKey => `products/${index}`);
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
  read: (Said & { readonly version: Version }) | undefined;
  /** Who waits. */
  readonly waiting: Reader[];
}

export type Step =
  | { readonly kind: 'request'; readonly key: CacheKey; readonly own: boolean }
  | { readonly kind: 'read'; readonly which: number }
  | { readonly kind: 'answer'; readonly which: number }
  | { readonly kind: 'fail'; readonly which: number }
  | { readonly kind: 'sell'; readonly key: CacheKey; readonly present: boolean }
  | { readonly kind: 'sell-group' }
  | { readonly kind: 'restart-owner' }
  /** The application reads by itself, and puts what it has got into the cache some time later. */
  | { readonly kind: 'read-aside'; readonly key: CacheKey }
  | { readonly kind: 'offer'; readonly which: number }
  | { readonly kind: 'deliver'; readonly which: number; readonly again: boolean }
  | { readonly kind: 'renew' }
  | { readonly kind: 'lose-session' }
  | { readonly kind: 'wait'; readonly ms: number };

function resultOf(
  key: CacheKey,
  { change, present, version }: Said & { readonly version: Version },
): LoadResult<number> {
  const facts = { version, groups: groupsOf(key), keep };
  return present ? { kind: 'value', value: change, ...facts } : { kind: 'absence', ...facts };
}

/** Checked after each of some hundred thousand steps, where `expect` would take most of the time. */
function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

/** One cache under random steps, next to the naive store. */
export class CacheTrial {
  readonly cache: CoherentCacheState<number>;
  readonly naive = new NaiveStore();
  private loading: Loading[] = [];
  private undelivered: (Change & { readonly key: CacheKey })[] = [];
  private readonly aside: (Said & { readonly key: CacheKey; readonly version: Version })[] = [];
  /** What an entry shows: an absence does not say by itself of which change it is. */
  private readonly shows = new WeakMap<Entry<number>, number>();
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
        this.undelivered.push({ key: step.key, ...this.naive.change(step.present, step.key) });
        return;
      case 'sell-group':
        this.undelivered.push({ key: even, ...this.naive.change(true, ...membersOfEven) });
        return;
      case 'restart-owner':
        return this.naive.restart();
      case 'read-aside':
        this.aside.push({ key: step.key, ...this.said(step.key), version: this.naive.version() });
        return;
      case 'offer':
        return this.offer(step.which);
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
    const seen = own ? this.said(key).change : 0;
    const minimum = own ? this.naive.version() : undefined;
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

  private said(key: CacheKey): Said {
    return this.naive.says.get(key) ?? asAtFirst;
  }

  private show(key: CacheKey, entry: Entry<number>, { owed }: Reader): void {
    const change = this.shows.get(entry) ?? -1;
    must(change >= owed, `${key} was shown from the cache with change ${change} to somebody who is owed ${owed}`);
    if (entry.kind === 'value') this.use(key);
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
    load.read = { ...this.said(load.ticket.key), version: this.naive.version() };
  }

  private answer(which: number): void {
    const load = this.runningLoad(which);
    if (load?.read === undefined) return;
    const { ticket, read } = load;
    const before = this.heldChange(ticket.key);
    const decision = fill(this.cache, ticket, resultOf(ticket.key, read), this.now);
    if (decision.kind === 'answer') this.shows.set(decision.entry, read.change);
    if (decision.kind === 'answer' && decision.verdict === 'stored') this.stored(ticket.key, read, before);
    this.end(load, decision);
  }

  private offer(which: number): void {
    const read = this.aside[which % Math.max(1, this.aside.length)];
    if (read === undefined) return;
    const before = this.heldChange(read.key);
    if (offer(this.cache, read.key, resultOf(read.key, read), this.now) !== 'stored') return;
    this.shows.set(heldUnder(this.cache, read.key) as Entry<number>, read.change);
    this.stored(read.key, read, before);
  }

  private heldChange(key: CacheKey): number | undefined {
    const held = heldUnder(this.cache, key);
    return held === undefined ? undefined : this.shows.get(held);
  }

  private stored(key: CacheKey, { change, present }: Said, before: number | undefined): void {
    must((before ?? -1) <= change, `${key} of change ${before} gave way to change ${change}`);
    this.naive.recency = this.naive.recency.filter((other) => other !== key);
    if (present) this.use(key);
    this.naive.recency = this.naive.recency.slice(-capacity);
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
    const { key, change, version } = this.undelivered[position] as (typeof this.undelivered)[0];
    const covered = key === even ? membersOfEven : [key];
    const before = covered.map((each) => this.heldChange(each));
    invalidate(this.cache, key, version);
    if (!again) this.undelivered.splice(position, 1);
    covered.forEach((each, index) => {
      const was = before[index] ?? -1;
      must(was < change || this.heldChange(each) === was, `${each} of change ${was} went for change ${change}`);
      this.acknowledge(each, change);
    });
    this.forgetDropped();
  }

  private acknowledge(key: CacheKey, change: number): void {
    this.naive.acknowledged.set(key, Math.max(change, this.naive.acknowledged.get(key) ?? 0));
  }

  private extend(): void {
    const lease = this.cache.lease;
    if (lease.kind === 'held' && this.takeAnswer(lease.session) === 'other-epoch') this.register();
  }

  private takeAnswer(session: string): string {
    const times = { sentAt: this.now, receivedAt: this.now, leaseMs };
    return takeLeaseAnswer(this.cache, { session, ...this.naive.version(), ...times, invalidations: [] }).kind;
  }

  private register(): void {
    this.sessions += 1;
    const session = `s.${this.sessions}`;
    beginSession(this.cache, session);
    takeGrant(this.cache, session, { epoch: this.naive.epoch, number: this.sessions });
    this.takeAnswer(session);
    this.naive.recency = [];
    // Nobody waits for the session that has ended: what has changed meanwhile is owed to everybody who comes now.
    for (const [key, { change }] of this.naive.says) this.acknowledge(key, change);
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
