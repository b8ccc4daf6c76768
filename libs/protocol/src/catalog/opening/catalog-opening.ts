import { Inject, Injectable, Logger } from '@nestjs/common';
import { CachePublisher } from '@quorumkit/cache';
import { type Fence, InjectReplicatedLog, OnElected, type ReplicatedLog } from '@quorumkit/leader';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';
import { CatalogEpoch } from './catalog-epoch.js';
import { type InitialStock, InitialStockError, initialStockToken } from './initial-stock.js';
import { LoggedLeases } from './logged-leases.js';

/**
 * Opens the catalog once its log is applied: loads the initial stock at the very first start, then opens the cache
 * publisher under a new epoch. After a restart no sale is acknowledged before the leases have ended that the catalog's
 * earlier lives may have granted, however long they were then; reads are served at once.
 */
@Injectable()
export class CatalogOpening {
  private readonly logger = new Logger(CatalogOpening.name);
  private settle!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };

  /** Resolves when the catalog is open; rejects with an `InitialStockError` when its initial stock cannot be used. */
  readonly opened = new Promise<void>((resolve, reject) => {
    this.settle = { resolve, reject };
  });

  constructor(
    private readonly machine: StockStateMachine,
    @InjectReplicatedLog('catalog') private readonly log: ReplicatedLog<StockCommand, StockResult>,
    private readonly publisher: CachePublisher,
    private readonly leases: LoggedLeases,
    private readonly epoch: CatalogEpoch,
    @Inject(initialStockToken) private readonly initialStock: InitialStock,
  ) {
    // Whoever starts the catalog awaits `opened`; until then a rejection has an owner.
    this.opened.catch(() => undefined);
  }

  /** A later term of the same process changes nothing: caches and versions go on under the epoch that they have. */
  @OnElected('catalog')
  async open({ term }: Fence): Promise<void> {
    if (this.epoch.isOpen) return;
    const isFirstStart = !this.machine.ledger.isLoaded;
    try {
      if (isFirstStart) await this.log.propose({ kind: 'load', products: await this.initialStock.read() });
    } catch (error) {
      if (!(error instanceof InitialStockError)) throw error;
      this.settle.reject(error);
      return;
    }
    await this.publisher.openRecorded(term, this.leases, isFirstStart ? { unrecordedMs: 0 } : {});
    this.epoch.begin(term);
    this.logger.log(`The catalog is open in epoch ${term} with ${this.machine.ledger.list().length} products.`);
    this.settle.resolve();
  }
}
