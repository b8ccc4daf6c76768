import { abandonFill, releaseFill } from '../core/abandoned-fill.js';
import type { CacheKey } from '../core/cache-key.js';
import type { Entry } from '../core/cache-state.js';
import type { StoreVerdict } from '../core/coherence-rules.js';
import {
  failFill,
  fill,
  joinSuffices,
  serve,
  serveOnError,
  settleLane,
  type FillDecision,
  type KeepTerms,
  type LoadResult,
  type MissReason,
} from '../core/coherent-cache.js';
import type { FillTicket } from '../core/fill-ticket.js';
import { invariant, unreachable } from '../core/invariant.js';
import { isVersionPart, type Version } from '../core/version.js';
import { CacheOverloadedError, FillTimeoutError, UnversionedValueError } from './cache-errors.js';
import type { CacheRuntime, Payload } from './cache-runtime.js';
import type { ServedAs } from './cache-status.js';
import { groupKeys } from './group-keys.js';
import type { Loaded } from './loaded.js';
import { fateOf, type Fate } from './past-requests.js';

export type Load<T> = (signal: AbortSignal) => Promise<Loaded<T>>;

/** An entry, whether it is stored or not, and how this request came by it. */
export interface Served {
  readonly entry: Entry<Payload>;
  readonly as: ServedAs;
}

/** How a key is asked for. */
export interface LookUp {
  /** Nothing older will do: see `serveHeld`. */
  readonly minimum?: Version | undefined;
  /** How long what is loaded is kept. */
  readonly keep?: KeepTerms | undefined;
  /** Names of groups, beside those that the load names. */
  readonly groups?: readonly string[] | undefined;
  /** May an entry that has outlived its time be served in place of this error? Default: no error. */
  readonly mayHide?: ((error: unknown) => boolean) | undefined;
}

/** What everybody who waits for one load gets. */
interface LoadOutcome {
  readonly entry: Entry<Payload>;
  readonly verdict: StoreVerdict;
  readonly overtaken: boolean;
}

/** One request on its way through the desk. */
interface Asked {
  readonly key: CacheKey;
  readonly load: Load<unknown>;
  readonly how: LookUp;
  readonly round: 1 | 2;
}

/** Stored, or not to be stored whatever its age. */
const harmless: ReadonlySet<StoreVerdict> = new Set(['stored', 'private', 'no-room']);

/** Carries out what the core decides: runs loads, lets others wait for them, repeats the ones that were overtaken. */
export class LoadDesk {
  private readonly outcomes = new Map<number, Promise<LoadOutcome>>();
  private readonly starters = new Map<number, () => void>();

  constructor(private readonly runtime: CacheRuntime) {}

  /** Synchronous when the answer is at hand. Rejects with what `load` rejects with. */
  lookUp(key: CacheKey, load: Load<unknown>, how: LookUp = {}): Served | Promise<Served> {
    const served = this.answer({ key, load, how, round: 1 });
    if (served instanceof Promise) return this.noted(key, served);
    this.note(key, fateOf(served.as));
    return served;
  }

  private async noted(key: CacheKey, pending: Promise<Served>): Promise<Served> {
    try {
      const served = await pending;
      this.note(key, fateOf(served.as));
      return served;
    } catch (error) {
      this.note(key, error instanceof CacheOverloadedError ? 'overloaded' : 'failed');
      throw error;
    }
  }

  private note(key: CacheKey, fate: Fate): void {
    this.runtime.past.note(key, fate, this.runtime.scheduler.now());
  }

  private answer(asked: Asked): Served | Promise<Served> {
    const { key, how } = asked;
    const { state, scheduler, counters, config } = this.runtime;
    const now = scheduler.now();
    const decision = serve(state, key, now, how.minimum);
    if ('because' in decision && decision.because === 'request') counters.belowMinimum += 1;
    switch (decision.kind) {
      case 'hit':
      case 'stale-hit': {
        const { entry } = decision;
        const negative = entry.kind === 'absence';
        counters[decision.kind === 'stale-hit' ? 'staleHits' : negative ? 'negativeHits' : 'hits'] += 1;
        if (decision.kind === 'stale-hit' && decision.revalidation !== undefined)
          this.revalidate(decision.revalidation, asked);
        return { entry, as: { kind: 'hit', negative, ttlMs: entry.freshUntil - now } };
      }
      case 'join':
        counters.collapsed += 1;
        return this.joined(decision.ticket, decision.because, asked);
      case 'load':
        counters.misses += 1;
        if (decision.lateJoinPrevented) counters.lateJoinsPrevented += 1;
        return this.forwarded(
          this.start(decision.ticket, asked),
          { because: decision.because, collapsed: false, lease: false },
          asked,
        );
      case 'pass': {
        const { ticket, role, because } = decision;
        counters.passes += 1;
        if (role === 'joins') counters.collapsed += 1;
        const outcome =
          role === 'runs'
            ? this.start(ticket, asked)
            : role === 'queued'
              ? this.queue(ticket, asked)
              : this.outcomeOf(ticket);
        return this.forwarded(outcome, { because, collapsed: role === 'joins', lease: true }, asked);
      }
      case 'refuse':
        counters.refused += 1;
        return this.forwarded(
          Promise.reject(new CacheOverloadedError(key, config.fillsInFlightMax, state.fillsAbandoned)),
          { because: 'stale', collapsed: false, lease: false },
          asked,
        );
      default:
        return unreachable(decision);
    }
  }

  /** A load that had started before this request may be too old for it; whatever is found the second time is not. */
  private async joined(ticket: FillTicket, because: MissReason, asked: Asked): Promise<Served> {
    const served = await this.forwarded(this.outcomeOf(ticket), { because, collapsed: true, lease: false }, asked);
    if (asked.round === 2 || joinSuffices(this.runtime.state, served.entry.version, asked.how.minimum)) return served;
    return await this.answer({ ...asked, round: 2 });
  }

  /** In the background: whoever asked has been answered. The entry stays as it is when this fails. */
  private revalidate(ticket: FillTicket, asked: Asked): void {
    this.start(ticket, asked).catch(() => {
      // Counted where it failed (`loadErrors`); the next request loads again, or says why not.
    });
  }

  private async forwarded(
    pending: Promise<LoadOutcome>,
    way: { because: MissReason; collapsed: boolean; lease: boolean },
    { key, how }: Asked,
  ): Promise<Served> {
    try {
      const { entry, verdict, overtaken } = await pending;
      const detail = way.lease ? 'lease' : overtaken ? 'overtaken' : undefined;
      return { entry, as: { kind: 'forward', because: way.because, verdict, collapsed: way.collapsed, detail } };
    } catch (error) {
      const { state, scheduler, counters } = this.runtime;
      const now = scheduler.now();
      const held = how.mayHide?.(error) === true ? serveOnError(state, key, now, how.minimum) : undefined;
      if (held === undefined) throw error;
      counters.staleOnError += 1;
      return { entry: held, as: { kind: 'stale-on-error', ttlMs: held.freshUntil - now } };
    }
  }

  private outcomeOf(ticket: FillTicket): Promise<LoadOutcome> {
    const outcome = this.outcomes.get(ticket.id);
    invariant(outcome !== undefined, `load ${ticket.id} can be joined, so it runs or waits for its turn`);
    return outcome;
  }

  private start(ticket: FillTicket, asked: Asked): Promise<LoadOutcome> {
    return this.remember(ticket, this.perform(ticket, asked));
  }

  /** A load without a lease that starts when the one before it is over. */
  private queue(ticket: FillTicket, asked: Asked): Promise<LoadOutcome> {
    const turn = new Promise<void>((resolve) => this.starters.set(ticket.id, resolve));
    return this.remember(
      ticket,
      turn.then(() => this.perform(ticket, asked)),
    );
  }

  private remember(ticket: FillTicket, outcome: Promise<LoadOutcome>): Promise<LoadOutcome> {
    this.outcomes.set(ticket.id, outcome);
    return outcome;
  }

  private async perform(ticket: FillTicket, asked: Asked): Promise<LoadOutcome> {
    try {
      const result = await this.loadInTime(ticket, asked);
      // From here to the end of `fill` nothing else runs: what is checked is what is stored.
      const decision = fill(this.runtime.state, ticket, result, this.runtime.scheduler.now());
      return await this.conclude(decision, asked);
    } finally {
      this.outcomes.delete(ticket.id);
      const next = settleLane(this.runtime.state, ticket);
      if (next !== undefined) this.releaseQueued(next);
    }
  }

  private conclude(decision: FillDecision<Payload>, asked: Asked): LoadOutcome | Promise<LoadOutcome> {
    const { counters } = this.runtime;
    if (decision.regressed) counters.regressions += 1;
    if (decision.kind === 'repeat') {
      counters.staleFillsPrevented += 1;
      return decision.role === 'runs' ? this.start(decision.ticket, asked) : this.outcomeOf(decision.ticket);
    }
    if (decision.evicted !== undefined) counters.evictions += 1;
    if (decision.overtaken) counters.overtaken += 1;
    if (!harmless.has(decision.verdict)) counters.staleFillsPrevented += 1;
    if (decision.epochAhead) this.runtime.onEpochAhead();
    return { entry: decision.entry, verdict: decision.verdict, overtaken: decision.overtaken };
  }

  private async loadInTime(ticket: FillTicket, { load, how }: Asked) {
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
    let loading: Promise<unknown> | undefined;
    try {
      const loaded = load(abort.signal);
      loading = loaded;
      return toResult(ticket.key, await Promise.race([loaded, timeout]), how);
    } catch (error) {
      counters.loadErrors += 1;
      if (abort.signal.aborted && loading !== undefined) this.abandon(ticket, loading);
      else failFill(state, ticket);
      throw error;
    } finally {
      cancel();
    }
  }

  /** Nobody can stop a handler that does not look at the signal. */
  private abandon(ticket: FillTicket, loading: Promise<unknown>): void {
    const { state } = this.runtime;
    abandonFill(state, ticket);
    const release = () => releaseFill(state);
    void loading.then(release, release);
  }

  private releaseQueued(ticket: FillTicket): void {
    const begin = this.starters.get(ticket.id);
    this.starters.delete(ticket.id);
    begin?.();
  }
}

function toResult(key: CacheKey, loaded: Loaded<unknown>, how: LookUp): LoadResult<Payload> {
  if (
    typeof loaded !== 'object' ||
    loaded === null ||
    !isVersionPart(loaded.epoch) ||
    !isVersionPart(loaded.sequence)
  ) {
    throw new UnversionedValueError(key);
  }
  const version = { epoch: loaded.epoch, sequence: loaded.sequence };
  const groups = groupKeys(key, how.groups, loaded.groups);
  const keep = how.keep;
  if (loaded.absent === true) return { kind: 'absence', version, groups, keep };
  return { kind: 'value', value: { value: loaded.value }, version, groups, keep };
}
