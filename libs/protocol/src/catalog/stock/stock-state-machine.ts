import { createHash } from 'node:crypto';
import { ReplicatedStateMachine, type CommittedEntry, type StateMachine } from '@quorumkit/leader';
import { type Observable, Subject } from 'rxjs';
import type { StockCommand, StockResult } from './stock-command.js';
import { StockLedger } from './stock-ledger.js';

/** The stock as the state machine of the group `catalog`. */
@ReplicatedStateMachine('catalog')
export class StockStateMachine implements StateMachine<StockCommand, StockResult> {
  readonly ledger = new StockLedger();
  private readonly changes = new Subject<void>();

  /** Emits while an entry is applied: subscribers must not throw and must not take long. */
  get changes$(): Observable<void> {
    return this.changes;
  }

  apply({ index, command }: CommittedEntry<StockCommand>): StockResult {
    const result = this.ledger.apply({ index, command });
    this.changes.next();
    return result;
  }

  snapshot(): unknown {
    return this.ledger.snapshot();
  }

  restore(snapshot: unknown): void {
    this.ledger.restore(snapshot);
    this.changes.next();
  }

  /** Of the whole state: it is small, and the figure is asked for rarely. */
  digest(): string {
    return createHash('sha256').update(JSON.stringify(this.ledger.snapshot())).digest('hex').slice(0, 16);
  }
}
