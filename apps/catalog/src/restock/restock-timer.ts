import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { unreachable } from '@toystore/contracts';
import { Restock } from '@toystore/protocol/catalog';
import { type RestockOptions, restockOptionsToken } from './restock-options.js';

/**
 * Restocks at every interval, for as long as the process runs: a round that fails is logged and the next one tries
 * again.
 */
@Injectable()
export class RestockTimer implements OnApplicationBootstrap {
  private readonly logger = new Logger(RestockTimer.name);

  constructor(
    private readonly restock: Restock,
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
    const { level } = this.options;
    const round = await this.restock.round(level);
    switch (round.kind) {
      case 'skipped':
        return;
      case 'restocked':
        if (round.names.length > 0) this.logger.log(`Restocked to ${level}: ${round.names.join(', ')}`);
        return;
      case 'failed': {
        const why = round.error instanceof Error ? round.error.message : String(round.error);
        this.logger.error(`Restocking failed and is tried again: ${why}`);
        return;
      }
      default:
        return unreachable(round);
    }
  }
}
