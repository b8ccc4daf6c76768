import { type Attempt, BackpressureError, type Leader } from '@quorumkit/leader';
import { type OrderNumber, type OrderView, unreachable } from '@toystore/contracts';
import { failureKindOf, UnsettledAttemptError } from './attempt-failure.js';
import { notLeaderError, type OrderGroup } from './order-group.js';

export type FoundOrder =
  | { readonly kind: 'order'; readonly order: OrderView }
  | { readonly kind: 'absent' }
  | { readonly kind: 'no_leader' }
  | { readonly kind: 'overloaded' };

/** What was found, and what it took, for the request log. */
export interface OrderSearch {
  readonly found: FoundOrder;
  readonly attempts: number;
  readonly leader: Leader | undefined;
}

/** Looks one order up at the leader, which has every acknowledged order. Reads may always be repeated. */
export class FindOrder {
  readonly #group: OrderGroup;
  readonly #deadlineMs: number;

  constructor(group: OrderGroup, { deadlineMs }: { readonly deadlineMs: number }) {
    this.#group = group;
    this.#deadlineMs = deadlineMs;
  }

  async execute(number: OrderNumber): Promise<OrderSearch> {
    const deadline = performance.now() + this.#deadlineMs;
    let attempts = 0;
    let asked: Leader | undefined;
    try {
      const found = await this.#group.call(
        (leader, attempt) => {
          attempts += 1;
          asked = leader;
          return this.#ask(number, leader, attempt);
        },
        { deadline, retryIndeterminate: true, classify: failureKindOf },
      );
      return { found, attempts, leader: asked };
    } catch (error) {
      return { found: notFoundOut(error), attempts, leader: asked };
    }
  }

  async #ask(number: OrderNumber, leader: Leader, { deadline, signal }: Attempt): Promise<FoundOrder> {
    const answer = await this.#group
      .replica(leader.id)
      .getOrder(number, { deadlineMs: deadline - performance.now(), signal });
    switch (answer.kind) {
      case 'order':
      case 'absent':
        return answer;
      case 'not_leader':
        throw notLeaderError(this.#group, leader.id, answer);
      case 'unavailable':
        throw new UnsettledAttemptError(leader.id, true, answer.kind);
      default:
        return unreachable(answer);
    }
  }
}

function notFoundOut(error: unknown): FoundOrder {
  if (error instanceof BackpressureError) return { kind: 'overloaded' };
  if (failureKindOf(error) !== 'final') return { kind: 'no_leader' };
  // Not the want of a leader but a fault of ours (a foreign answer, a bug): it must be seen as one.
  throw error;
}
