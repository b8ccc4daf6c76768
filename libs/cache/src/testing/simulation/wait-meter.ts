import type { SubscriberLedger } from '../../core/ledger-state.js';
import type { NodeName, SimNetwork } from './sim-network.js';

/** What one process has cost the owner during one cut of the link to or from it. */
interface CutCost {
  readonly since: number;
  ms: number;
}

/**
 * Adds up how long the owner waits for each process while a link to or from it is cut. A single order never waits
 * long; what has to be bounded is what all of them wait together, once for each cut.
 */
export class WaitMeter {
  private readonly costs = new Map<string, CutCost>();
  private readonly blockers = new Map<string, NodeName>();
  private lookedAt = 0;

  constructor(
    private readonly network: SimNetwork,
    private readonly costMaxMs: number,
    private readonly report: (detail: string) => void,
  ) {}

  /** Call it after every change of the ledger. */
  look(ledger: SubscriberLedger, now: number): void {
    for (const [instance, name] of this.blockers) {
      this.add(`${instance}, nothing arriving there`, this.network.cutSince('owner', name), now);
      this.add(`${instance}, nothing arriving from there`, this.network.cutSince(name, 'owner'), now);
    }
    this.lookedAt = now;
    this.blockers.clear();
    for (const { facts, pending, waitingForLeaseEnd } of ledger.sessions.values()) {
      const isWaitedFor =
        waitingForLeaseEnd.length > 0 || [...pending.values()].some(({ waiting }) => waiting.length > 0);
      if (isWaitedFor) this.blockers.set(facts.session.instance, facts.id as NodeName);
    }
  }

  ownerCrashed(): void {
    this.blockers.clear();
  }

  private add(who: string, since: number | undefined, now: number): void {
    if (since === undefined) return;
    const known = this.costs.get(who);
    const cost = known?.since === since ? known : { since, ms: 0 };
    this.costs.set(who, cost);
    const before = cost.ms;
    cost.ms += now - Math.max(this.lookedAt, since);
    if (before <= this.costMaxMs && cost.ms > this.costMaxMs)
      this.report(`orders waited ${cost.ms} ms for ${who} since ${since}; at most ${this.costMaxMs} were promised`);
  }
}
