import type { Logger } from '@nestjs/common';
import { LeaderError, NotLeaderError, type ReplicatedLog } from '@quorumkit/leader';
import { type CatalogClient, DeadlineExceededError, type DebitResult, unreachable } from '@toystore/contracts';
import type { IntentOutcome, OrderCommand, OrderResult, OutcomesCommand } from '../ledger/order-command.js';
import type { OrderLedger } from '../ledger/order-ledger.js';
import type { CatalogReachability } from './catalog-reachability.js';
import { DebitBacklog, type PendingDebit } from './debit-backlog.js';
import type { DebitOptions } from './debit-options.js';
import { pause } from './pause.js';
import { retryDelayMs } from './retry-delay.js';
import { Wakeup } from './wakeup.js';

/** Everything that one term's work for open intents needs. */
export interface DebitDrivePorts {
  readonly ledger: OrderLedger;
  readonly log: ReplicatedLog<OrderCommand, OrderResult>;
  readonly catalog: Pick<CatalogClient, 'debit' | 'audit'>;
  readonly reachability: CatalogReachability;
  readonly options: DebitOptions;
  readonly logger: Pick<Logger, 'log' | 'warn' | 'error'>;
  /** The catalog has seen a later term than this drive's. */
  readonly onFenced: (term: number) => void;
}

/**
 * Rolls open intents forward for one term of office: asks the catalog under the intent's id, commits what it answered.
 * Every step may be repeated by this or any later leader without harm, so a failure is simply tried again, until the
 * term is over.
 */
export class DebitDrive {
  private readonly backlog = new DebitBacklog();
  private readonly wakeup = new Wakeup();

  constructor(
    private readonly term: number,
    private readonly signal: AbortSignal,
    private readonly ports: DebitDrivePorts,
  ) {
    for (const intent of ports.ledger.openIntents()) this.backlog.add(intent);
    signal.addEventListener('abort', () => this.wakeup.wake(), { once: true });
    void this.run();
  }

  /** Intents of which this leader still has to ask or commit something. */
  get backlogSize(): number {
    return this.backlog.size;
  }

  add(debit: PendingDebit): void {
    this.backlog.add(debit);
    this.wakeup.wake();
  }

  settle(intent: number): void {
    this.backlog.settle(intent);
  }

  private async run(): Promise<void> {
    while (!this.signal.aborted) {
      const { reachability } = this.ports;
      if (this.backlog.waitingCount === 0 && reachability.isReachable) {
        await this.wakeup.wait();
        continue;
      }
      const succeeded = this.backlog.waitingCount === 0 ? await this.probe() : await this.askNextBatch();
      if (succeeded || this.signal.aborted) continue;
      const failures = Math.max(1, reachability.consecutiveFailures);
      await this.pauseAfter(failures);
    }
  }

  private async askNextBatch(): Promise<boolean> {
    const batch = this.backlog.takeBatch(this.ports.options.batchMax);
    try {
      const answered = await this.ask(batch);
      if (answered) this.noteReachable();
      return answered;
    } catch (error) {
      this.noteFailure(error);
      return false;
    } finally {
      this.backlog.returnAsked();
    }
  }

  private async ask(batch: readonly PendingDebit[]): Promise<boolean> {
    const { catalog, ledger, options } = this.ports;
    const debits = batch.map(({ intent, name, quantity }) => ({ intent, name, quantity }));
    const call = { term: this.term, settledThrough: ledger.settledThrough, debits };
    const reply = await catalog.debit(call, { deadlineMs: options.timeoutMs, signal: this.signal });
    switch (reply.kind) {
      case 'results':
        return this.take(reply.results, reply.version);
      case 'stale_term':
        this.ports.onFenced(reply.term);
        return false;
      case 'unavailable':
        throw new Error(`The catalog does not serve now: ${reply.detail}`);
      default:
        return unreachable(reply);
    }
  }

  /** False when an id was called settled: then something is wrong, and asking again at once would not mend it. */
  private take(results: readonly DebitResult[], version: string | undefined): boolean {
    const outcomes: IntentOutcome[] = [];
    for (const { intent, outcome } of results) {
      if (outcome === 'settled') continue;
      outcomes.push({ intent, result: outcome });
      this.backlog.markAnswered(intent);
    }
    if (outcomes.length > 0) void this.commit({ kind: 'outcomes', outcomes, version });
    if (outcomes.length === results.length) return true;
    const strange = results.filter(({ outcome }) => outcome === 'settled').map(({ intent }) => intent);
    this.ports.logger.error(
      `The catalog calls the open intents ${strange.join(', ')} settled: its memory belongs to another order log. They stay open.`,
    );
    return false;
  }

  /** Runs beside the next call: the order of outcomes does not matter, only that each gets committed. */
  private async commit(command: OutcomesCommand): Promise<void> {
    for (let failures = 1; !this.signal.aborted; failures++) {
      try {
        await this.ports.log.propose(command);
        return;
      } catch (error) {
        // Proposing again is harmless, since the first outcome of an intent wins; when leadership is really gone the
        // signal says so, and whoever leads next finds these intents open and asks again.
        if (!(error instanceof LeaderError)) throw error;
        if (!(error instanceof NotLeaderError)) {
          this.ports.logger.warn(`${command.outcomes.length} outcomes are not committed yet: ${error.message}`);
        }
      }
      await this.pauseAfter(failures);
    }
  }

  /** Nothing waits, but new orders are being refused: find out whether that is still right. */
  private async probe(): Promise<boolean> {
    try {
      const reply = await this.ports.catalog.audit({
        deadlineMs: this.ports.options.probeTimeoutMs,
        signal: this.signal,
      });
      if (reply.kind === 'unavailable') throw new Error(`The catalog does not serve now: ${reply.detail}`);
      this.noteReachable();
      return true;
    } catch (error) {
      this.noteFailure(error);
      return false;
    }
  }

  private pauseAfter(failures: number): Promise<void> {
    return pause(retryDelayMs(failures, Math.random(), this.ports.options.retry), this.signal);
  }

  private noteReachable(): void {
    const { reachability, logger } = this.ports;
    if (!reachability.isReachable) logger.log('The catalog answers again.');
    reachability.succeeded();
  }

  private noteFailure(error: unknown): void {
    if (this.signal.aborted) return;
    const { reachability, logger } = this.ports;
    const believedReachable = reachability.isReachable;
    if (error instanceof DeadlineExceededError) reachability.stayedSilent();
    else reachability.failed();
    if (!believedReachable || reachability.isReachable) return;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(`The catalog cannot be reached, new orders are refused until it answers: ${reason}`);
  }
}
