import type { CacheKey } from '../core/cache-key.js';
import type { Entry } from '../core/cache-state.js';
import type { StoreVerdict } from '../core/coherence-rules.js';
import { failFill, fill, serve, settleLane, type FillDecision, type LoadResult } from '../core/coherent-cache.js';
import type { FillTicket } from '../core/fill-ticket.js';
import { invariant, unreachable } from '../core/invariant.js';
import { isVersionPart } from '../core/version.js';
import { CacheOverloadedError, FillTimeoutError, UnversionedValueError } from './cache-errors.js';
import type { CacheRuntime, Payload } from './cache-runtime.js';
import type { ServedAs } from './cache-status.js';
import type { Loaded } from './loaded.js';

export type Load<T> = (signal: AbortSignal) => Promise<Loaded<T>>;

/** An entry, whether it is stored or not, and how this request came by it. */
export interface Served {
  readonly entry: Entry<Payload>;
  readonly as: ServedAs;
}

/** What everybody who waits for one load gets. */
interface LoadOutcome {
  readonly entry: Entry<Payload>;
  readonly verdict: StoreVerdict;
  readonly overtaken: boolean;
}

/** Carries out what the core decides: runs loads, lets others wait for them, repeats the ones that were overtaken. */
export class LoadDesk {
  private readonly outcomes = new Map<number, Promise<LoadOutcome>>();
  private readonly starters = new Map<number, () => void>();

  constructor(private readonly runtime: CacheRuntime) {}

  /** Synchronous when the answer is at hand. Rejects with what `load` rejects with. */
  lookUp(key: CacheKey, load: Load<unknown>): Served | Promise<Served> {
    const { state, scheduler, counters, config } = this.runtime;
    const now = scheduler.now();
    const decision = serve(state, key, now);
    switch (decision.kind) {
      case 'hit': {
        const negative = decision.entry.kind === 'absence';
        counters[negative ? 'negativeHits' : 'hits'] += 1;
        return { entry: decision.entry, as: { kind: 'hit', negative, ttlMs: decision.entry.freshUntil - now } };
      }
      case 'join':
        counters.collapsed += 1;
        return this.forwarded(this.outcomeOf(decision.ticket), { because: decision.because, collapsed: true, lease: false });
      case 'load':
        counters.misses += 1;
        if (decision.lateJoinPrevented) counters.lateJoinsPrevented += 1;
        return this.forwarded(this.start(decision.ticket, load), { because: decision.because, collapsed: false, lease: false });
      case 'pass': {
        const { ticket, role, because } = decision;
        counters.passes += 1;
        if (role === 'joins') counters.collapsed += 1;
        const outcome = role === 'runs' ? this.start(ticket, load) : role === 'queued' ? this.queue(ticket, load) : this.outcomeOf(ticket);
        return this.forwarded(outcome, { because, collapsed: role === 'joins', lease: true });
      }
      case 'refuse':
        counters.refused += 1;
        return Promise.reject(new CacheOverloadedError(key, config.fillsInFlightMax));
      default:
        return unreachable(decision);
    }
  }

  private async forwarded(
    pending: Promise<LoadOutcome>,
    how: { because: 'uri-miss' | 'stale'; collapsed: boolean; lease: boolean },
  ): Promise<Served> {
    const { entry, verdict, overtaken } = await pending;
    const detail = how.lease ? 'lease' : overtaken ? 'overtaken' : undefined;
    return { entry, as: { kind: 'forward', because: how.because, verdict, collapsed: how.collapsed, detail } };
  }

  private outcomeOf(ticket: FillTicket): Promise<LoadOutcome> {
    const outcome = this.outcomes.get(ticket.id);
    invariant(outcome !== undefined, `load ${ticket.id} can be joined, so it runs or waits for its turn`);
    return outcome;
  }

  private start(ticket: FillTicket, load: Load<unknown>): Promise<LoadOutcome> {
    return this.remember(ticket, this.perform(ticket, load));
  }

  /** A load without a lease that starts when the one before it is over. */
  private queue(ticket: FillTicket, load: Load<unknown>): Promise<LoadOutcome> {
    const turn = new Promise<void>((resolve) => this.starters.set(ticket.id, resolve));
    return this.remember(
      ticket,
      turn.then(() => this.perform(ticket, load)),
    );
  }

  private remember(ticket: FillTicket, outcome: Promise<LoadOutcome>): Promise<LoadOutcome> {
    this.outcomes.set(ticket.id, outcome);
    return outcome;
  }

  private async perform(ticket: FillTicket, load: Load<unknown>): Promise<LoadOutcome> {
    try {
      const result = await this.loadInTime(ticket, load);
      // From here to the end of `fill` nothing else runs: what is checked is what is stored.
      const decision = fill(this.runtime.state, ticket, result, this.runtime.scheduler.now());
      return await this.conclude(ticket, decision, load);
    } finally {
      this.outcomes.delete(ticket.id);
      const next = settleLane(this.runtime.state, ticket);
      if (next !== undefined) this.releaseQueued(next);
    }
  }

  private conclude(ticket: FillTicket, decision: FillDecision<Payload>, load: Load<unknown>): LoadOutcome | Promise<LoadOutcome> {
    const { counters } = this.runtime;
    if (decision.kind === 'repeat') {
      counters.staleFillsPrevented += 1;
      return decision.role === 'runs' ? this.start(decision.ticket, load) : this.outcomeOf(decision.ticket);
    }
    if (decision.evicted !== undefined) counters.evictions += 1;
    if (decision.overtaken) counters.overtaken += 1;
    if (decision.verdict !== 'stored' && decision.verdict !== 'private') counters.staleFillsPrevented += 1;
    if (decision.epochAhead) this.runtime.onEpochAhead();
    return { entry: decision.entry, verdict: decision.verdict, overtaken: decision.overtaken };
  }

  private async loadInTime(ticket: FillTicket, load: Load<unknown>) {
    const { state, scheduler, config, counters } = this.runtime;
    const abort = new AbortController();
    let cancel = () => {};
    const timeout = new Promise<never>((_resolve, reject) => {
      cancel = scheduler.after(config.fillTimeoutMs, () => {
        const error = new FillTimeoutError(ticket.key, config.fillTimeoutMs);
        reject(error);
        abort.abort(error);
      });
    });
    try {
      return toResult(ticket.key, await Promise.race([load(abort.signal), timeout]));
    } catch (error) {
      counters.loadErrors += 1;
      failFill(state, ticket);
      throw error;
    } finally {
      cancel();
    }
  }

  private releaseQueued(ticket: FillTicket): void {
    const begin = this.starters.get(ticket.id);
    this.starters.delete(ticket.id);
    begin?.();
  }
}

function toResult(key: CacheKey, loaded: Loaded<unknown>): LoadResult<Payload> {
  if (typeof loaded !== 'object' || loaded === null || !isVersionPart(loaded.epoch) || !isVersionPart(loaded.sequence)) {
    throw new UnversionedValueError(key);
  }
  const version = { epoch: loaded.epoch, sequence: loaded.sequence };
  if (loaded.absent === true) return { kind: 'absence', version };
  return { kind: 'value', value: { value: loaded.value }, version };
}
