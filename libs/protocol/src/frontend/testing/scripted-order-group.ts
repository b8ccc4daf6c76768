import { type Attempt, type CallOptions, type Leader, NoLeaderError } from '@quorumkit/leader';
import type { OrderResult, OrderToPlace, PlaceOrderResult } from '@toystore/contracts';
import type { OrderGroup, OrderReplica } from '../orders/order-group.js';

/** What a replica does with one request: answers, or throws. */
export type Reaction<T> = T | Error;

export interface Script {
  readonly placements?: readonly Reaction<PlaceOrderResult>[];
  readonly lookups?: readonly Reaction<OrderResult>[];
}

/**
 * An order group whose leader reacts by a script, one reaction an attempt. Keeps the contract of `LeaderDirectory.call`:
 * `final` failures are rethrown; at the deadline (here: the end of the script) the last indeterminate failure is thrown
 * if there was one, else `NoLeaderError`.
 */
export class ScriptedOrderGroup implements OrderGroup {
  readonly leader: Leader = { id: 'order-3', url: 'http://order-3', term: 7 };
  readonly placements: OrderToPlace[] = [];
  readonly lookups: number[] = [];
  #placementScript: Reaction<PlaceOrderResult>[] = [];
  #lookupScript: Reaction<OrderResult>[] = [];
  /** Failures of attempts, as the directory saw them. */
  readonly failures: unknown[] = [];

  constructor(script: Script = {}) {
    this.play(script);
  }

  /** Begins anew with another script. */
  play({ placements = [], lookups = [] }: Script): void {
    this.#placementScript = [...placements];
    this.#lookupScript = [...lookups];
    for (const record of [this.placements, this.lookups, this.failures]) record.length = 0;
  }

  async call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const deadline = options.deadline ?? performance.now() + 5000;
    let indeterminate: { readonly error: unknown } | undefined;
    for (let number = 1; this.#placementScript.length + this.#lookupScript.length > 0; number++) {
      try {
        return await fn(this.leader, {
          deadline,
          number,
          indeterminateBefore: indeterminate !== undefined,
          signal: new AbortController().signal,
        });
      } catch (error) {
        this.failures.push(error);
        const kind = options.classify?.(error) ?? 'final';
        if (kind === 'final' || (kind === 'indeterminate' && options.retryIndeterminate !== true)) throw error;
        if (kind === 'indeterminate') indeterminate = { error };
      }
    }
    throw indeterminate?.error ?? new NoLeaderError('orders', 0);
  }

  replica(): OrderReplica {
    return {
      placeOrder: async (order) => {
        this.placements.push(order);
        return react(this.#placementScript);
      },
      getOrder: async (number) => {
        this.lookups.push(number);
        return react(this.#lookupScript);
      },
    };
  }

  urlOf(id: string): string | undefined {
    return `http://${id}`;
  }
}

function react<T>(script: Reaction<T>[]): T {
  const reaction = script.shift();
  if (reaction === undefined) throw new Error('The script has no reaction left.');
  if (reaction instanceof Error) throw reaction;
  return reaction;
}
