import { Injectable } from '@nestjs/common';
import { CachePublisher } from '@quorumkit/cache';
import { InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import { CatalogEpoch } from '../opening/catalog-epoch.js';
import { productKey } from '../products/product-key.js';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';

export type RestockRound =
  /** The round before still runs, or the catalog is not open. */
  | { readonly kind: 'skipped' }
  /** `names` is empty when nothing was out of stock. */
  | { readonly kind: 'restocked'; readonly names: readonly string[] }
  /** The next round tries again what this one may have left undone. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Fills up what is out of stock. Rounds do not overlap. A product stays as it is unless it is at zero. */
@Injectable()
export class Restock {
  /** Products of a round that failed: it may have restocked them without any cache having been told. */
  private readonly unannounced = new Set<string>();
  private isRunning = false;

  constructor(
    private readonly machine: StockStateMachine,
    @InjectReplicatedLog('catalog') private readonly log: ReplicatedLog<StockCommand, StockResult>,
    private readonly publisher: CachePublisher,
    private readonly epoch: CatalogEpoch,
  ) {}

  /** One round; never rejects. */
  async round(level: number): Promise<RestockRound> {
    if (this.isRunning || !this.epoch.isOpen) return { kind: 'skipped' };
    this.isRunning = true;
    try {
      return { kind: 'restocked', names: await this.restock(level) };
    } catch (error) {
      return { kind: 'failed', error };
    } finally {
      this.isRunning = false;
    }
  }

  private async restock(level: number): Promise<readonly string[]> {
    for (const name of this.machine.ledger.outOfStock()) this.unannounced.add(name);
    const names = [...this.unannounced];
    if (names.length === 0) return [];
    const { result } = await this.publisher.mutate<StockResult>(names.map(productKey), async () => {
      const { index, result } = await this.log.propose({ kind: 'restock', names, level });
      return { sequence: index, result };
    });
    for (const name of names) this.unannounced.delete(name);
    return result.kind === 'restocked' ? result.names : [];
  }
}
