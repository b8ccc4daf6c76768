import { type Attempt, BackpressureError, type Leader, LeaderError } from '@quorumkit/leader';
import { isDefiniteFailure, type PlaceOrderResult } from '@toystore/contracts';
import { failureKindOf, UnsettledAttemptError } from './attempt-failure.js';
import { notLeaderError, type OrderGroup } from './order-group.js';
import { judgeAnswer, outcomeAtDeadline, type OrderOutcome } from './order-outcome.js';

export interface OrderRequest {
  readonly name: string;
  readonly quantity: number;
  /** The idempotency key; the same for every attempt, so that the order is placed at most once. */
  readonly key: string;
}

/** What became of a request, and what it took, for the request log. */
export interface SettledRequest {
  readonly outcome: OrderOutcome;
  readonly attempts: number;
  readonly leader: Leader | undefined;
}

/**
 * Places one order through whoever leads, also across a change of the leader.
 *
 * Promise: an outcome within the deadline; the same key on every attempt; any outcome but `placed` and
 * `outcome_unknown` means that nothing was placed.
 * Non-promise: that `outcome_unknown` was placed, or was not.
 */
export class PlaceOrder {
  readonly #group: OrderGroup;
  readonly #deadlineMs: number;

  constructor(group: OrderGroup, { deadlineMs }: { readonly deadlineMs: number }) {
    this.#group = group;
    this.#deadlineMs = deadlineMs;
  }

  async execute(request: OrderRequest): Promise<SettledRequest> {
    const course = new OrderCourse(this.#group, request);
    const deadline = performance.now() + this.#deadlineMs;
    try {
      const outcome = await this.#group.call((leader, attempt) => course.attempt(leader, attempt), { deadline, retryIndeterminate: true, classify: failureKindOf });
      return course.settled(outcome);
    } catch (error) {
      return course.settled(this.#outcomeOf(error, course.inDoubt));
    }
  }

  #outcomeOf(error: unknown, inDoubt: boolean): OrderOutcome {
    if (!inDoubt && error instanceof BackpressureError) {
      return { kind: 'overloaded', detail: 'Too many orders are waiting here. Nothing was placed; send the order again.', retryAfterMs: undefined };
    }
    // Not the want of a leader but a fault of ours (a foreign answer, a bug): it must be seen as one.
    if (!(error instanceof LeaderError) && failureKindOf(error) === 'final') throw error;
    return outcomeAtDeadline({ inDoubt, deadlineMs: this.#deadlineMs });
  }
}

/** One order's way through its attempts. */
class OrderCourse {
  readonly #group: OrderGroup;
  readonly #request: OrderRequest;
  #attempts = 0;
  #attemptsInDoubt = 0;
  #leader: Leader | undefined;

  constructor(group: OrderGroup, request: OrderRequest) {
    this.#group = group;
    this.#request = request;
  }

  /** Whether some attempt may have had an effect. */
  get inDoubt(): boolean {
    return this.#attemptsInDoubt > 0;
  }

  async attempt(leader: Leader, attempt: Attempt): Promise<OrderOutcome> {
    this.#leader = leader;
    this.#attempts += 1;
    const { inDoubt } = this;
    // Counted before the request leaves and taken back by a certain "no": an attempt that is given up without an
    // answer stays in doubt.
    this.#attemptsInDoubt += 1;
    const answer = await this.#ask(leader, attempt);
    const verdict = judgeAnswer(answer, inDoubt);
    if (verdict.kind === 'final') return verdict.outcome;
    if (verdict.placedNothing) this.#attemptsInDoubt -= 1;
    throw answer.kind === 'not_leader'
      ? notLeaderError(this.#group, leader.id, answer)
      : new UnsettledAttemptError(leader.id, verdict.placedNothing, answer.kind);
  }

  settled(outcome: OrderOutcome): SettledRequest {
    return { outcome, attempts: this.#attempts, leader: this.#leader };
  }

  async #ask(leader: Leader, { deadline, signal }: Attempt): Promise<PlaceOrderResult> {
    try {
      return await this.#group.replica(leader.id).placeOrder({ ...this.#request, deadlineMs: deadline - performance.now(), signal });
    } catch (error) {
      if (isDefiniteFailure(error)) this.#attemptsInDoubt -= 1;
      throw error;
    }
  }
}
