import { BehaviorSubject, type Observable } from 'rxjs';
import { BackpressureError, NoLeaderError } from '../errors/leader-errors.js';
import type { GroupMember } from '../membership/membership.js';
import { type Clock, SystemClock, type Timer } from '../runtime/clock.js';
import { AttemptTimeoutError, runAttempt } from './attempt.js';
import { classifyFailure } from './classify-failure.js';
import type { Attempt, CallOptions, FailureKind, Leader, LeaderDirectoryOptions } from './directory-options.js';
import { LeaderSearch, type Random } from './leader-search.js';
import { LeaderWaiters } from './leader-waiters.js';
import { HttpMemberCalls, type MemberCalls } from './member-calls.js';
import { MemberQuestions } from './member-questions.js';
import type { MemberReport } from './member-status.js';
import { type DirectorySettings, parseDirectoryOptions } from './parse-directory-options.js';

export interface DirectoryPorts {
  readonly clock: Clock;
  readonly calls: MemberCalls;
  readonly random: Random;
}

const defaultDeadlineMs = 5000;
const samePausesMax = 8;
const attemptDoublingsMax = 3;

/**
 * For callers outside the group: knows the leader, notices its death, and conducts the election as *nominator*: it
 * says who should campaign and when; the replicas' votes decide. It follows the group when its members change: each
 * answer tells who they are.
 *
 * Promise: adopts only a leader that a majority of the voters names; never goes back to an older term or to members of an
 * earlier time; concurrent callers share one probe; nominations are rate-limited.
 * Non-promise: that the leader is still the leader when you call it. `call` handles that.
 */
export class LeaderDirectory {
  private readonly settings: DirectorySettings;
  private readonly clock: Clock;
  private readonly calls: MemberCalls;
  private readonly questions: MemberQuestions;
  private readonly search: LeaderSearch;
  private readonly waiters: LeaderWaiters;
  private readonly known = new BehaviorSubject<Leader | undefined>(undefined);
  /** Set while `known` may be wrong; answers to questions asked before it do not lift it. */
  private doubt: { readonly leader: Leader } | undefined;
  private newestTerm = 0;
  private adoptions = 0;
  private searching = false;
  private surveying: Promise<readonly MemberReport[]> | undefined;
  private callsInProgress = 0;
  private heartbeat: Timer | undefined;
  private closed = false;

  /**
   * @param ports for tests
   * @throws InvalidOptionsError that lists all problems
   */
  constructor(options: LeaderDirectoryOptions, ports: Partial<DirectoryPorts> = {}) {
    this.settings = parseDirectoryOptions(options);
    this.clock = ports.clock ?? new SystemClock();
    this.calls = ports.calls ?? new HttpMemberCalls(this.settings.group, this.settings.auth);
    this.questions = new MemberQuestions(this.settings, this.calls, this.settings.trace);
    this.search = new LeaderSearch(
      this.settings,
      this.questions,
      this.calls,
      this.clock,
      ports.random ?? Math.random,
      this.settings.trace,
    );
    this.waiters = new LeaderWaiters(this.settings.group, this.clock);
  }

  /** Begins to watch the leader. `LeaderDirectoryModule` does it at application start. */
  start(): void {
    this.beginSearch();
    this.armHeartbeat();
  }

  /** Ends timers and connections; waiting callers get a NoLeaderError. */
  async close(): Promise<void> {
    this.closed = true;
    this.heartbeat?.cancel();
    this.search.cancel();
    this.waiters.giveUp();
    this.known.complete();
    await this.calls.close();
  }

  /** The leader as last seen; says nothing about now. */
  current(): Leader | undefined {
    return this.known.value;
  }

  /** Level-triggered: the present value first, then each change. */
  leader$(): Observable<Leader | undefined> {
    return this.known.asObservable();
  }

  /** The members as last heard from the group, the configured ones before that; says nothing about now. */
  members(): readonly GroupMember[] {
    return this.questions.known.members;
  }

  /**
   * Asks every member at once what it says of itself, in the order of `members()`: for pages and reports that show a
   * group. Takes `probeTimeoutMs` at most and never rejects: silence is an answer. Concurrent calls share their questions.
   * Each answer is of its own moment, and nothing here is a vote: whom to call is `current()`'s to say.
   */
  survey(): Promise<readonly MemberReport[]> {
    this.surveying ??= Promise.all(
      // Apart from the search's questions: one that was asked before a leader came in doubt must not lift that doubt.
      this.members().map(async (member) => ({ member, reply: await this.questions.askApart(member) })),
    ).finally(() => (this.surveying = undefined));
    return this.surveying;
  }

  /** @throws NoLeaderError at the deadline (default 5 s from now) */
  async ensureLeader(options: { readonly deadline?: number; readonly signal?: AbortSignal } = {}): Promise<Leader> {
    const leader = this.known.value;
    if (leader !== undefined && this.doubt === undefined) return leader;
    if (this.closed) throw new NoLeaderError(this.settings.group, 0);
    if (this.waiters.size >= this.settings.callsMax) throw new BackpressureError('callsMax', this.settings.callsMax);
    this.beginSearch();
    return this.waiters.until(options.deadline ?? this.clock.now() + defaultDeadlineMs, options.signal);
  }

  /** Tells that a call to this leader failed; probes at once, and nominates when a majority does not hear from it either. */
  reportFailure(leader: Leader, error: unknown): void {
    if (this.closed || !isSame(this.known.value, leader)) return;
    if (this.doubt === undefined) this.showLossLater();
    this.doubt = { leader };
    this.settings.trace({ kind: 'doubted', leader, why: error instanceof Error ? error.message : String(error) });
    this.beginSearch();
  }

  /**
   * One heartbeat: asks the leader whether it still leads, and conducts an election when it does not or cannot be reached.
   * For callers with a schedule of their own, with `heartbeatIntervalMs: 0`.
   */
  async checkLeader(): Promise<void> {
    const leader = this.known.value;
    if (leader === undefined || this.doubt !== undefined) {
      this.beginSearch();
      return;
    }
    const member = this.members().find(({ id }) => id === leader.id);
    if (member === undefined) {
      this.reportFailure(leader, new Error('it is no member any more'));
      return;
    }
    const reply = await this.questions.ask(member);
    if (reply.kind !== 'status') this.reportFailure(leader, new Error(`the heartbeat failed: ${reply.why}`));
    else if (reply.status.role !== 'leader' || reply.status.term !== leader.term)
      this.reportFailure(leader, new Error(`it is ${reply.status.role} in term ${reply.status.term}`));
  }

  /**
   * Runs `fn` against the leader, again after a leader change, until it succeeds or the deadline passes. Retries after
   * failures that were certainly without effect (`notLeader`, `unreachable`, see `FailureKind`); with
   * `retryIndeterminate` also after those of which that is not known, so `fn` must then be idempotent. An attempt that
   * hangs is ended by its own timeout, and the leader is suspected.
   *
   * @throws NoLeaderError when no leader was found in time and nothing can have happened; the last indeterminate error
   * when an attempt may have had an effect; BackpressureError; any `final` error of `fn`
   */
  async call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options: CallOptions = {}): Promise<T> {
    if (this.callsInProgress >= this.settings.callsMax) throw new BackpressureError('callsMax', this.settings.callsMax);
    this.callsInProgress++;
    try {
      return await this.attempts(fn, options);
    } finally {
      this.callsInProgress--;
    }
  }

  private async attempts<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options: CallOptions): Promise<T> {
    const startedAt = this.clock.now();
    const deadline = options.deadline ?? startedAt + defaultDeadlineMs;
    const { signal, classify = classifyFailure, attemptTimeoutMs = this.settings.attemptTimeoutMs } = options;
    let indeterminate: { readonly error: unknown } | undefined;
    let last:
      | { readonly leader: Leader; readonly error: unknown; readonly kind: FailureKind; readonly inARow: number }
      | undefined;
    for (let number = 1; ; number++) {
      const leader = await this.nextLeader(last, { deadline, ...(signal && { signal }) }).catch((error: unknown) => {
        // Whatever ends the waiting: only when nothing can have happened may the end say so.
        if (indeterminate !== undefined) throw indeterminate.error;
        if (!(error instanceof NoLeaderError)) throw error;
        throw new NoLeaderError(this.settings.group, this.clock.now() - startedAt, { cause: last?.error });
      });
      try {
        // A leader that was doubted and confirmed is slow, not dead: it gets more time, or no slow call would ever end.
        const patience =
          last !== undefined && isSame(last.leader, leader) ? 2 ** Math.min(last.inARow, attemptDoublingsMax) : 1;
        return await runAttempt(fn, leader, {
          clock: this.clock,
          deadline,
          attemptTimeoutMs: attemptTimeoutMs * patience,
          signal,
          number,
          indeterminateBefore: indeterminate !== undefined,
        });
      } catch (error) {
        if (signal?.aborted === true) throw error;
        const kind = error instanceof AttemptTimeoutError ? 'indeterminate' : classify(error);
        if (kind === 'final') throw error;
        this.reportFailure(leader, error);
        if (kind === 'indeterminate' && options.retryIndeterminate !== true) throw error;
        if (kind === 'indeterminate') indeterminate = { error };
        last = { leader, error, kind, inARow: last !== undefined && isSame(last.leader, leader) ? last.inARow + 1 : 1 };
      }
    }
  }

  /** Asks the same leader again at once only one time: a leader that keeps refusing must not be stormed. */
  private async nextLeader(
    last: { readonly leader: Leader; readonly inARow: number } | undefined,
    options: { readonly deadline: number; readonly signal?: AbortSignal },
  ): Promise<Leader> {
    const leader = await this.ensureLeader(options);
    if (last === undefined || last.inARow === 1 || !isSame(leader, last.leader)) return leader;
    const pauseUntil = this.clock.now() + this.settings.pollIntervalMs * Math.min(last.inARow - 1, samePausesMax);
    await new Promise<void>((resolve) => this.clock.setTimer(Math.min(pauseUntil, options.deadline), resolve));
    if (this.clock.now() >= options.deadline) throw new NoLeaderError(this.settings.group, 0);
    return this.ensureLeader(options);
  }

  private beginSearch(): void {
    if (this.searching || this.closed) return;
    this.searching = true;
    void this.search
      .find(
        () => this.newestTerm,
        () => this.acceptance(),
        () => this.doubt?.leader.id,
      )
      .then((leader) => {
        this.searching = false;
        if (leader !== undefined) this.adopt(leader);
      });
  }

  /** A doubt that was raised while members were being asked is not lifted by what they had answered before. */
  private acceptance(): (leader: Leader) => boolean {
    const doubt = this.doubt;
    return (leader) => this.doubt === doubt || !isSame(this.doubt?.leader, leader);
  }

  private adopt(leader: Leader): void {
    if (this.closed) return;
    this.adoptions++;
    this.newestTerm = leader.term;
    this.doubt = undefined;
    if (!isSame(this.known.value, leader)) this.known.next(leader);
    this.waiters.found(leader);
  }

  /** A doubt that the next answers dispel is not worth telling; one that lasts is. */
  private showLossLater(): void {
    const before = this.adoptions;
    this.clock.setTimer(this.clock.now() + this.settings.probeTimeoutMs, () => {
      if (this.adoptions === before && !this.closed) this.known.next(undefined);
    });
  }

  private armHeartbeat(): void {
    const { heartbeatIntervalMs } = this.settings;
    if (heartbeatIntervalMs === 0 || this.closed) return;
    this.heartbeat = this.clock.setTimer(this.clock.now() + heartbeatIntervalMs, () => {
      void this.checkLeader().then(() => this.armHeartbeat());
    });
  }
}

function isSame(left: Leader | undefined, right: Leader): boolean {
  return left !== undefined && left.id === right.id && left.term === right.term;
}
