import { Injectable } from '@nestjs/common';
import type { Settlement } from '../ledger/order-command.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';

/** One request that waits for the outcome of its key. */
interface Waiter {
  readonly key: string;
  readonly fingerprint: string;
  readonly finish: (settlement: Settlement | undefined) => void;
  deadline: number;
  timer: NodeJS.Timeout;
}

export interface SettlementWait {
  readonly key: string;
  readonly fingerprint: string;
  /** On the scale of `performance.now()`, ms. */
  readonly deadline: number;
}

/**
 * Requests whose intent is in the log and has no outcome yet. They are answered by what this replica applies, whoever
 * proposed it: a leader that was deposed meanwhile still learns the outcome as a follower, and its shopper with it.
 */
@Injectable()
export class SettlementWaiters {
  private readonly byKey = new Map<string, Set<Waiter>>();

  constructor(private readonly machine: OrderStateMachine) {
    machine.changes$.subscribe((change) => {
      if (change.kind === 'settled') this.finish(change.key, change.settlement);
      if (change.kind === 'restored') this.lookAgain();
    });
  }

  get count(): number {
    let count = 0;
    for (const waiters of this.byKey.values()) count += waiters.size;
    return count;
  }

  /** The outcome as soon as it is applied; undefined when that has not happened at the deadline. */
  wait({ key, fingerprint, deadline }: SettlementWait): Promise<Settlement | undefined> {
    const known = this.machine.ledger.lookup(key, fingerprint);
    if (known.kind === 'finished') return Promise.resolve(known.settlement);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        key,
        fingerprint,
        deadline,
        timer: this.timerOf(deadline, () => waiter.finish(undefined)),
        finish: (settlement) => {
          clearTimeout(waiter.timer);
          this.forget(waiter);
          resolve(settlement);
        },
      };
      const waiters = this.byKey.get(key) ?? new Set();
      this.byKey.set(key, waiters.add(waiter));
    });
  }

  /** Brings all deadlines that are later than this forward. On the scale of `performance.now()`, ms. */
  shortenDeadlines(deadline: number): void {
    for (const waiters of this.byKey.values()) {
      for (const waiter of waiters) {
        if (waiter.deadline <= deadline) continue;
        waiter.deadline = deadline;
        clearTimeout(waiter.timer);
        waiter.timer = this.timerOf(deadline, () => waiter.finish(undefined));
      }
    }
  }

  private finish(key: string, settlement: Settlement): void {
    for (const waiter of [...(this.byKey.get(key) ?? [])]) waiter.finish(settlement);
  }

  private lookAgain(): void {
    for (const waiter of [...this.byKey.values()].flatMap((waiters) => [...waiters])) {
      const known = this.machine.ledger.lookup(waiter.key, waiter.fingerprint);
      if (known.kind === 'finished') waiter.finish(known.settlement);
    }
  }

  private forget(waiter: Waiter): void {
    const waiters = this.byKey.get(waiter.key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.byKey.delete(waiter.key);
  }

  private timerOf(deadline: number, fire: () => void): NodeJS.Timeout {
    return setTimeout(fire, Math.max(0, deadline - performance.now()));
  }
}
