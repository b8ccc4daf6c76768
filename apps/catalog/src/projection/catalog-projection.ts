import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { writeFileAtomically } from '@quorumkit/leader';
import { StockStateMachine } from '@toystore/protocol/catalog';
import { catalogCsv } from './catalog-csv.js';

export const catalogCsvPathToken = Symbol('path of catalog.csv');

/** Least time between two writes: the file is for people, and sales need not wait for it. */
const writeIntervalMs = 1_000;

/**
 * Keeps `catalog.csv`, a readable copy of the stock. It is replaced as a whole, so a reader never sees half of it, and
 * follows the log a moment later; the log stays the truth.
 */
@Injectable()
export class CatalogProjection implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(CatalogProjection.name);
  private isStale = true;
  private isRunning = false;
  private isFailing = false;
  private timer: NodeJS.Timeout | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly machine: StockStateMachine,
    @Inject(catalogCsvPathToken) private readonly path: string,
  ) {
    machine.changes$.subscribe(() => {
      this.isStale = true;
      this.schedule();
    });
  }

  onApplicationBootstrap(): void {
    this.isRunning = true;
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isRunning = false;
    clearTimeout(this.timer);
    await this.work;
    await this.write();
  }

  private schedule(): void {
    if (!this.isRunning || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.work = this.write().finally(() => {
        this.timer = undefined;
        if (this.isStale) this.schedule();
      });
    }, writeIntervalMs);
    this.timer.unref();
  }

  /** Never rejects: a disk that refuses the copy is asked again after the interval. */
  private async write(): Promise<void> {
    if (!this.isStale || !this.machine.ledger.isLoaded) return;
    this.isStale = false;
    try {
      await writeFileAtomically(this.path, catalogCsv(this.machine.ledger.list()));
      this.isFailing = false;
    } catch (error) {
      this.isStale = true;
      if (!this.isFailing) this.logger.error(`${this.path} cannot be written and stays behind: ${String(error)}`);
      this.isFailing = true;
    }
  }
}
