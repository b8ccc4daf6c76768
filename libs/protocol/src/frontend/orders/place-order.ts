import { type Attempt, BackpressureError, type Leader } from '@quorumkit/leader';
import { failureKindOf, UnsettledAttemptError } from './attempt-failure.js';
import { notLeaderError, type OrderGroup } from './order-group.js';
import { judgeAnswer, type OrderOutcome } from './order-outcome.js';

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
    const deadline = performance.now() + this.#deadlineMs;
    let attempts = 0;
    let asked: Leader | undefined;
    try {
      const outcome = await this.#group.call(
        (leader, attempt) => {
          attempts += 1;
          asked = leader;
          return this.#attempt(request, leader, attempt);
        },
        { deadline, retryIndeterminate: true, classify: failureKindOf },
      );
      return { outcome, attempts, leader: asked };
    } catch (error) {
      return { outcome: this.#outcomeOf(error), attempts, leader: asked };
    }
  }

  async #attempt(
    request: OrderRequest,
    leader: Leader,
    { deadline, signal, indeterminateBefore }: Attempt,
  ): Promise<OrderOutcome> {
    const answer = await this.#group
      .replica(leader.id)
      .placeOrder({ ...request, deadlineMs: deadline - performance.now(), signal });
    const verdict = judgeAnswer(answer, indeterminateBefore);
    if (verdict.kind === 'final') return verdict.outcome;
    throw answer.kind === 'not_leader'
      ? notLeaderError(this.#group, leader.id, answer)
      : new UnsettledAttemptError(leader.id, verdict.placedNothing, answer.kind);
  }

  /** What is left when no attempt settled the order: the group throws an indeterminate error exactly when one may have had an effect. */
  #outcomeOf(error: unknown): OrderOutcome {
    const waitedSeconds = this.#deadlineMs / 1000;
    if (error instanceof BackpressureError) {
      return {
        kind: 'overloaded',
        detail: 'Too many orders are waiting here. Nothing was placed; send the order again.',
        retryAfterMs: undefined,
      };
    }
    switch (failureKindOf(error)) {
      case 'notLeader':
      case 'unreachable':
        return {
          kind: 'no_leader',
          detail: `No leader could be reached within ${waitedSeconds} s. Nothing was placed; send the order again.`,
          retryAfterMs: undefined,
        };
      case 'indeterminate':
        return {
          kind: 'outcome_unknown',
          detail: `The order was sent, but no answer came within ${waitedSeconds} s. It may be placed; send it again with the same Idempotency-Key to learn its outcome.`,
        };
      case 'final':
        // Not the want of a leader but a fault of ours (a foreign answer, a bug): it must be seen as one.
        throw error;
    }
  }
}
