import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Election, InjectElection, InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import { CatalogClient } from '@toystore/contracts';
import type { OrderCommand, OrderResult } from '../ledger/order-command.js';
import { type LedgerChange, OrderStateMachine } from '../ledger/order-state-machine.js';
import { CatalogReachability } from './catalog-reachability.js';
import { DebitDrive } from './debit-drive.js';
import { type DebitOptions, debitOptionsToken } from './debit-options.js';

/** Runs one `DebitDrive` for each term in which this replica leads, and tells it what the applied state says. */
@Injectable()
export class DebitPump {
  private readonly logger = new Logger(DebitPump.name);
  private drive: DebitDrive | undefined;
  private over: AbortController | undefined;

  constructor(
    private readonly machine: OrderStateMachine,
    @InjectReplicatedLog('orders') private readonly log: ReplicatedLog<OrderCommand, OrderResult>,
    @InjectElection('orders') private readonly election: Election,
    private readonly catalog: CatalogClient,
    private readonly reachability: CatalogReachability,
    @Inject(debitOptionsToken) private readonly options: DebitOptions,
  ) {
    machine.changes$.subscribe((change) => this.follow(change));
  }

  /** Takes up every open intent of the applied state, and from now on each new one, until `stop`. */
  start(term: number): void {
    this.stop();
    const { openCount } = this.machine.ledger;
    if (openCount > 0) this.logger.log(`Term ${term} begins with ${openCount} open intents; they are rolled forward.`);
    const { machine, log, catalog, reachability, options, logger } = this;
    const onFenced = (seen: number): void => this.leaveOffice(term, seen);
    this.over = new AbortController();
    this.drive = new DebitDrive(term, this.over.signal, {
      ledger: machine.ledger,
      log,
      catalog,
      reachability,
      options,
      logger,
      onFenced,
    });
  }

  /** Intents that this leader still works on; 0 when it does not lead. */
  get backlogSize(): number {
    return this.drive?.backlogSize ?? 0;
  }

  /** The term is over: what is in flight is given up, and nothing new is taken up. */
  stop(): void {
    this.over?.abort();
    this.over = undefined;
    this.drive = undefined;
  }

  private follow(change: LedgerChange): void {
    if (change.kind === 'opened') this.drive?.add(change.intent);
    if (change.kind === 'settled') this.drive?.settle(change.intent);
  }

  /** The catalog knows a later leader: this one has been deposed without having heard of it, and can finish nothing. */
  private leaveOffice(term: number, seen: number): void {
    this.stop();
    this.logger.warn(`The catalog has seen term ${seen}, this leader is of term ${term}: it leaves office.`);
    void this.election.resign(`the catalog has seen term ${seen}`);
  }
}
