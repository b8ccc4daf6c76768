import { Injectable } from '@nestjs/common';
import { type CacheKey, CachePublisher, type Version } from '@quorumkit/cache';
import { InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import { productKey } from '../products/product-key.js';
import type { DebitAnswer, StockCommand, StockDebit, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';

export interface DebitRequest {
  readonly term: number;
  readonly settledThrough: number;
  readonly debits: readonly StockDebit[];
}

export type TakenDebits =
  /** `version`: of the catalog after the batch. */
  | { readonly kind: 'answered'; readonly answers: readonly DebitAnswer[]; readonly version: Version }
  /** A leader of the later `term` has been here. Nothing was changed. */
  | { readonly kind: 'fenced'; readonly term: number };

/**
 * Executes a batch of debits: one durable write for all of them, then the sold products are invalidated in every
 * cache, and only when that is acknowledged, or the leases of silent caches have ended, is the batch answered.
 */
@Injectable()
export class TakeDebits {
  constructor(
    private readonly machine: StockStateMachine,
    @InjectReplicatedLog('catalog') private readonly log: ReplicatedLog<StockCommand, StockResult>,
    private readonly publisher: CachePublisher,
  ) {}

  async take(request: DebitRequest): Promise<TakenDebits> {
    const { term } = this.machine.ledger;
    // The same rule as when it is applied, without a write for each try of a deposed leader.
    if (request.term < term) return { kind: 'fenced', term };
    const { result, version } = await this.publisher.mutate<StockResult>(
      (committed) => keysToInvalidate(request, committed),
      async () => {
        const { index, result } = await this.log.propose({ kind: 'debit', ...request });
        return { sequence: index, result };
      },
    );
    if (result.kind === 'debited') return { kind: 'answered', answers: result.answers, version };
    if (result.kind === 'fenced') return result;
    throw new Error(`Debits were answered as ${result.kind}.`);
  }
}

/**
 * Repetitions are invalidated again: the first try may have committed and then lost its answer, its waiting for
 * acknowledgements, or the whole process, and nobody may hear of the sale while a cache can show the stock before it.
 */
function keysToInvalidate({ debits }: DebitRequest, result: StockResult): readonly CacheKey[] {
  if (result.kind !== 'debited') return [];
  const names = new Set<string>();
  result.answers.forEach(({ outcome }, offset) => {
    const name = debits[offset]?.name;
    if (outcome === 'sold' && name !== undefined) names.add(name);
  });
  return [...names].map(productKey);
}
