import { Injectable } from '@nestjs/common';
import { type Election, type Fence, InjectElection, OnDeposed, OnElected } from '@quorumkit/leader';
import { DebitPump } from '../debits/debit-pump.js';
import { SettlementWaiters } from '../settlement/settlement-waiters.js';

/**
 * How long a leader that is being replaced on purpose finishes what it has begun, ms. Short: the group takes no orders
 * meanwhile, and the successor can do the rest as well.
 */
const drainMs = 30;

/** How long a deposed leader's requests wait to learn the outcome from its successor, ms. */
const successionMs = 1_000;

/** Whether this replica may take orders: it leads, and its state contains everything that was acknowledged. */
@Injectable()
export class Office {
  private term: number | undefined;

  constructor(
    @InjectElection('orders') private readonly election: Election,
    private readonly pump: DebitPump,
    private readonly waiters: SettlementWaiters,
  ) {}

  get isHeld(): boolean {
    return this.term !== undefined && this.election.isLeader();
  }

  /** The first entry of the term is applied, so the applied state is at least what any earlier leader acknowledged. */
  @OnElected('orders')
  take({ term }: Fence): void {
    this.term = term;
    this.pump.start(term);
  }

  /**
   * Takes no new orders, finishes the ones in hand while this replica still leads (when it leaves on purpose, it does
   * until this resolves), and leaves the others to the successor: it finds their intents open, and the requests here
   * learn the outcome from the log.
   */
  @OnDeposed('orders')
  async leave(): Promise<void> {
    this.term = undefined;
    const drainUntil = performance.now() + drainMs;
    while (this.pump.backlogSize > 0 && this.election.isLeader() && performance.now() < drainUntil) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.pump.stop();
    this.waiters.shortenDeadlines(performance.now() + successionMs);
  }
}
