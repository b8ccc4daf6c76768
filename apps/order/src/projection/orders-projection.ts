import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OrderStateMachine } from '@toystore/protocol/order';
import { csvRows, ordersCsvHeader } from './orders-csv.js';
import { OrdersFile } from './orders-file.js';

export const ordersCsvPathToken = Symbol('path of orders.csv');

/** Rows in one write. */
const rowsPerWriteMax = 2_000;
const retryDelayMs = 1_000;
/** Between two writes under load: rows are for people, and one write a batch costs every order less. */
const pauseMs = 100;

/**
 * Keeps `orders.csv`, a readable copy of the applied log. It follows the log and never holds it up: an order does not
 * wait for its row, and a disk that refuses rows is asked again later.
 */
@Injectable()
export class OrdersProjection implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(OrdersProjection.name);
  private file: OrdersFile | undefined;
  /** Orders whose rows were given to the file. */
  private followed = 0;
  private work: Promise<void> | undefined;
  private pause: NodeJS.Timeout | undefined;
  private failing = false;
  private running = false;

  constructor(
    private readonly machine: OrderStateMachine,
    @Inject(ordersCsvPathToken) private readonly path: string,
  ) {
    machine.changes$.subscribe(() => this.wake());
  }

  onApplicationBootstrap(): void {
    this.running = true;
    this.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    this.running = false;
    clearTimeout(this.pause);
    await this.work;
    // What was applied since the last write. A disk that refuses it now is noticed and repaired at the next start.
    if (!this.failing && !this.isComplete) await this.catchUp().catch((error: unknown) => this.logFailure(error));
    await this.file?.close();
  }

  /** Starts to write what is missing, unless that is going on or has to wait. */
  private wake(): void {
    if (!this.running || this.work !== undefined || this.pause !== undefined || this.isComplete) return;
    this.work = this.catchUp()
      .then(() => this.wakeAfter(pauseMs))
      .catch((error: unknown) => {
        this.logFailure(error);
        this.wakeAfter(retryDelayMs);
      })
      .finally(() => (this.work = undefined));
  }

  private get isComplete(): boolean {
    return this.file?.mustRepeat === false && this.followed === this.machine.ledger.orderCount;
  }

  private async catchUp(): Promise<void> {
    const file = await this.openFile();
    await file.repeat();
    const { ledger } = this.machine;
    while (this.followed < ledger.orderCount) {
      const orders = ledger.ordersFrom(this.followed, rowsPerWriteMax);
      // Counted before they are written: what fails is repeated by the file, exactly as it was.
      this.followed += orders.length;
      await file.follow(csvRows(orders));
    }
    if (this.failing) this.logger.log(`${this.path} can be written again and is complete.`);
    this.failing = false;
  }

  private async openFile(): Promise<OrdersFile> {
    if (this.file !== undefined) return this.file;
    const file = await OrdersFile.open(this.path);
    this.file = file;
    await file.follow(ordersCsvHeader);
    return file;
  }

  private logFailure(error: unknown): void {
    if (!this.failing) this.logger.error(`${this.path} cannot be written and stays behind: ${String(error)}`);
    this.failing = true;
  }

  private wakeAfter(delayMs: number): void {
    if (!this.running) return;
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.wake();
    }, delayMs);
    this.pause.unref();
  }
}
