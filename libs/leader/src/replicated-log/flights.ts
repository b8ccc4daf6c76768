import {
  ApplyError,
  IndeterminateError,
  type LeaderError,
  type LeaderRef,
  ProposalRejectedError,
} from '../errors/leader-errors.js';
import type { Applied } from './applied-state.js';
import type { RecordedOutcome } from './result-table.js';
import type { Outcome } from './replicated-log.js';

interface Waiter {
  readonly resolve: (outcome: Outcome<unknown>) => void;
  readonly reject: (error: LeaderError) => void;
  deadline: number;
  readonly joined: boolean;
  readonly startedAt: number;
}

export type ProposalEnd = 'committed' | 'replayed' | 'failed' | 'rejected' | 'indeterminate';

/** One proposed command on its way; several callers may wait for it when it has a key. */
interface Flight {
  readonly id: number;
  readonly key: string | undefined;
  /** A change of the group, which never reaches the state machine. */
  readonly isInternal: boolean;
  waiters: Waiter[];
  /** Set when the entry was appended. */
  place: { readonly index: number; readonly term: number } | undefined;
}

/**
 * Proposals whose outcome is not known yet. Every caller gets exactly one answer: the outcome, a definite refusal, or
 * an IndeterminateError at its deadline.
 */
export class Flights {
  private readonly byId = new Map<number, Flight>();
  private readonly byIndex = new Map<number, Flight>();
  private readonly byKey = new Map<string, Flight>();
  private lastId = 0;
  private waiting = 0;
  private earliestDeadline = Infinity;

  constructor(
    private readonly now: () => number,
    private readonly ended: (end: ProposalEnd, durationMs: number) => void = () => undefined,
  ) {}

  /** Callers that wait. */
  get size(): number {
    return this.waiting;
  }

  /** When `expire` has something to do, at the earliest. */
  get nextDeadline(): number {
    return this.earliestDeadline;
  }

  /** Waits with an equal key's proposal in flight; undefined when there is none. */
  join(key: string, deadline: number): Promise<Outcome<unknown>> | undefined {
    const flight = this.byKey.get(key);
    return flight === undefined ? undefined : this.wait(flight, deadline, true);
  }

  /** A new proposal; `id` identifies it until it is settled. */
  begin(
    key: string | undefined,
    deadline: number,
    { isInternal = false }: { readonly isInternal?: boolean } = {},
  ): { readonly id: number; readonly outcome: Promise<Outcome<unknown>> } {
    const flight: Flight = { id: ++this.lastId, key, isInternal, waiters: [], place: undefined };
    this.byId.set(flight.id, flight);
    if (key !== undefined) this.byKey.set(key, flight);
    return { id: flight.id, outcome: this.wait(flight, deadline, false) };
  }

  appended(id: number, index: number, term: number): void {
    const flight = this.byId.get(id);
    if (flight === undefined) return;
    flight.place = { index, term };
    this.byIndex.set(index, flight);
  }

  /** Certainly not appended. */
  refuse(id: number, error: LeaderError): void {
    const flight = this.byId.get(id);
    if (flight !== undefined) this.settle(flight, (waiter) => this.reject(waiter, error));
  }

  /** The entry of `term` at `index` was applied. */
  applied(index: number, term: number, applied: Applied): void {
    const flight = this.byIndex.get(index);
    if (flight === undefined) return;
    if (flight.isInternal && flight.place?.term === term) {
      this.settle(flight, (waiter) => this.answer(waiter, index, term, { kind: 'done', result: undefined }, false));
      return;
    }
    if (flight.place?.term !== term || applied.kind === 'internal') {
      // Another leader's entry was committed in this place: ours is cut off everywhere and can never be committed.
      const error = new ProposalRejectedError(
        'overwritten',
        `a later leader's entry took its place at index ${index}.`,
      );
      this.settle(flight, (waiter) => this.reject(waiter, error));
      return;
    }
    const { index: outcomeIndex, term: outcomeTerm } = applied.kind === 'command' ? applied.entry : applied;
    this.settle(flight, (waiter) =>
      this.answer(waiter, outcomeIndex, outcomeTerm, applied.outcome, applied.kind === 'replayed' || waiter.joined),
    );
  }

  /** A snapshot replaced the log through `index`: what became of the entries in it cannot be told any more. */
  passedOver(index: number): void {
    for (const flight of [...this.byIndex.values()]) {
      if (flight.place !== undefined && flight.place.index <= index)
        this.settleUnknown(flight, 'leadershipLost', undefined);
    }
  }

  /** Rejects the callers whose deadline has come. */
  expire(now: number): void {
    if (now < this.earliestDeadline) return;
    let earliest = Infinity;
    for (const flight of [...this.byId.values()]) {
      const due = flight.waiters.filter((waiter) => waiter.deadline <= now);
      if (due.length > 0) {
        flight.waiters = flight.waiters.filter((waiter) => waiter.deadline > now);
        this.waiting -= due.length;
        const error = unknownOutcome(flight, 'deadlinePassed', undefined);
        for (const waiter of due) this.reject(waiter, error);
        if (flight.waiters.length === 0) this.forget(flight);
      }
      for (const waiter of flight.waiters) earliest = Math.min(earliest, waiter.deadline);
    }
    this.earliestDeadline = earliest;
  }

  /** Nobody waits for an appended proposal longer than until `deadline`: this replica does not lead any more. */
  shorten(deadline: number): void {
    for (const flight of this.byId.values()) {
      for (const waiter of flight.waiters) waiter.deadline = Math.min(waiter.deadline, deadline);
    }
    this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
  }

  /** Ends all waiting with an indeterminate outcome. */
  abandon(why: IndeterminateError['why'], leader: LeaderRef | undefined): void {
    for (const flight of [...this.byId.values()]) this.settleUnknown(flight, why, leader);
  }

  private settleUnknown(flight: Flight, why: IndeterminateError['why'], leader: LeaderRef | undefined): void {
    const error = unknownOutcome(flight, why, leader);
    this.settle(flight, (waiter) => this.reject(waiter, error));
  }

  private wait(flight: Flight, deadline: number, joined: boolean): Promise<Outcome<unknown>> {
    this.waiting++;
    this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
    return new Promise((resolve, reject) =>
      flight.waiters.push({ resolve, reject, deadline, joined, startedAt: this.now() }),
    );
  }

  private answer(waiter: Waiter, index: number, term: number, outcome: RecordedOutcome, replayed: boolean): void {
    const durationMs = this.now() - waiter.startedAt;
    if (outcome.kind === 'done') {
      this.ended(replayed ? 'replayed' : 'committed', durationMs);
      waiter.resolve({ index, term, result: outcome.result, replayed });
    } else {
      this.ended('failed', durationMs);
      waiter.reject(new ApplyError(index, term, outcome.errorName, outcome.errorMessage, replayed));
    }
  }

  private reject(waiter: Waiter, error: LeaderError): void {
    this.ended(error.definite ? 'rejected' : 'indeterminate', this.now() - waiter.startedAt);
    waiter.reject(error);
  }

  private settle(flight: Flight, tell: (waiter: Waiter) => void): void {
    this.forget(flight);
    this.waiting -= flight.waiters.length;
    for (const waiter of flight.waiters) tell(waiter);
  }

  private forget(flight: Flight): void {
    this.byId.delete(flight.id);
    if (flight.key !== undefined && this.byKey.get(flight.key) === flight) this.byKey.delete(flight.key);
    if (flight.place !== undefined && this.byIndex.get(flight.place.index) === flight)
      this.byIndex.delete(flight.place.index);
  }
}

/** Not yet handed to the core is as good as refused; appended is open. */
function unknownOutcome(flight: Flight, why: IndeterminateError['why'], leader: LeaderRef | undefined): LeaderError {
  if (flight.place === undefined) return new ProposalRejectedError('deadlinePassed', 'it was not appended in time.');
  return new IndeterminateError(flight.place.index, flight.place.term, why, leader);
}

/** The answer for a key whose command was applied before. */
export function recordedAnswer(recorded: {
  readonly index: number;
  readonly term: number;
  readonly outcome: RecordedOutcome;
}): Promise<Outcome<unknown>> {
  const { index, term, outcome } = recorded;
  if (outcome.kind === 'done') return Promise.resolve({ index, term, result: outcome.result, replayed: true });
  return Promise.reject(new ApplyError(index, term, outcome.errorName, outcome.errorMessage, true));
}
