import { type Attempt, BackpressureError, type Leader, LeaderError } from '@quorumkit/leader';
import { type OrderNumber, type OrderView, unreachable } from '@toystore/contracts';
import { failureKindOf, UnsettledAttemptError } from './attempt-failure.js';
import { notLeaderError, type OrderGroup } from './order-group.js';

export type FoundOrder =
  | { readonly kind: 'order'; readonly order: OrderView }
  | { readonly kind: 'absent' }
  | { readonly kind: 'no_leader' }
  | { readonly kind: 'overloaded' };

/** Looks one order up at the leader, which has every acknowledged order. Reads may always be repeated. */
export class FindOrder {
  readonly #group: OrderGroup;
  readonly #deadlineMs: number;

  constructor(group: OrderGroup, { deadlineMs }: { readonly deadlineMs: number }) {
    this.#group = group;
    this.#deadlineMs = deadlineMs;
  }

  async execute(number: OrderNumber): Promise<FoundOrder> {
    const deadline = performance.now() + this.#deadlineMs;
    try {
      return await this.#group.call((leader, attempt) => this.#ask(number, leader, attempt), { deadline, retryIndeterminate: true, classify: failureKindOf });
    } catch (error) {
      if (error instanceof BackpressureError) return { kind: 'overloaded' };
      if (error instanceof LeaderError || failureKindOf(error) !== 'final') return { kind: 'no_leader' };
      throw error;
    }
  }

  async #ask(number: OrderNumber, leader: Leader, { deadline, signal }: Attempt): Promise<FoundOrder> {
    const answer = await this.#group.replica(leader.id).getOrder(number, { deadlineMs: deadline - performance.now(), signal });
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
