import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CachePublisher } from '@quorumkit/cache';
import { InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import { CatalogEpoch } from '../opening/catalog-epoch.js';
import { productKey, type StockCommand, type StockResult, StockStateMachine } from '@toystore/protocol/catalog';
import { type RestockOptions, restockOptionsToken } from './restock-options.js';

/**
 * Fills up what is out of stock, at every interval, for as long as the process runs: a round that fails is logged and
 * the next one tries again. Rounds do not overlap. A product stays as it is unless it is at zero.
 */
@Injectable()
export class Restock implements OnApplicationBootstrap {
  private readonly logger = new Logger(Restock.name);
  /** Products of a round that failed: it may have restocked them without any cache having been told. */
  private readonly unannounced = new Set<string>();
  private isRunning = false;

  constructor(
    private readonly machine: StockStateMachine,
    @InjectReplicatedLog('catalog') private readonly log: ReplicatedLog<StockCommand, StockResult>,
    private readonly publisher: CachePublisher,
    private readonly epoch: CatalogEpoch,
    private readonly scheduler: SchedulerRegistry,
    @Inject(restockOptionsToken) private readonly options: RestockOptions,
  ) {}

  /** The interval depends on the configuration, so it is registered here; the registry ends it at shutdown. */
  onApplicationBootstrap(): void {
    this.scheduler.addInterval(
      'restock',
      setInterval(() => void this.round(), this.options.intervalMs),
    );
  }

  /** One round; never rejects. */
  async round(): Promise<void> {
    if (this.isRunning || !this.epoch.isOpen) return;
    this.isRunning = true;
    try {
      await this.restock();
    } catch (error) {
      this.logger.error(
        `Restocking failed and is tried again: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.isRunning = false;
    }
  }

  private async restock(): Promise<void> {
    for (const name of this.machine.ledger.outOfStock()) this.unannounced.add(name);
    const names = [...this.unannounced];
    if (names.length === 0) return;
    const { result } = await this.publisher.mutate<StockResult>(names.map(productKey), async () => {
      const { index, result } = await this.log.propose({ kind: 'restock', names, level: this.options.level });
      return { sequence: index, result };
    });
    for (const name of names) this.unannounced.delete(name);
    if (result.kind === 'restocked' && result.names.length > 0) {
      this.logger.log(`Restocked to ${this.options.level}: ${result.names.join(', ')}`);
    }
  }
}
