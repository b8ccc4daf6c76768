import { ReplicatedStateMachine, type CommittedEntry, type StateMachine } from '@quorumkit/leader';
import { type Observable, Subject } from 'rxjs';
import type { OpenIntent } from './open-intents.js';
import type { OrderCommand, OrderResult, Settlement } from './order-command.js';
import { OrderLedger } from './order-ledger.js';

/** What happened to the applied state, in the order of the log. */
export type LedgerChange =
  | { readonly kind: 'opened'; readonly intent: OpenIntent }
  | { readonly kind: 'settled'; readonly intent: number; readonly key: string; readonly settlement: Settlement }
  /** A snapshot replaced the contents: anything may have opened or ended. */
  | { readonly kind: 'restored' };

/** The ledger as the state machine of the group `orders`, and the stream of what changes in it. */
@ReplicatedStateMachine('orders')
export class OrderStateMachine implements StateMachine<OrderCommand, OrderResult> {
  readonly ledger = new OrderLedger();
  private readonly changes = new Subject<LedgerChange>();

  /** Emits while an entry is applied: subscribers must not throw and must not take long. */
  get changes$(): Observable<LedgerChange> {
    return this.changes;
  }

  apply({ index, time, command }: CommittedEntry<OrderCommand>): OrderResult {
    const { result, settled } = this.ledger.apply({ index, time, command });
    if (result.kind === 'opened') this.announceOpened(result.intent);
    for (const each of settled) this.changes.next({ kind: 'settled', ...each });
    return result;
  }

  snapshot(): unknown {
    return this.ledger.snapshot();
  }

  restore(snapshot: unknown): void {
    this.ledger.restore(snapshot);
    this.changes.next({ kind: 'restored' });
  }

  digest(): string {
    return this.ledger.hash;
  }

  private announceOpened(id: number): void {
    const intent = this.ledger.findOpen(id);
    if (intent !== undefined) this.changes.next({ kind: 'opened', intent });
  }
}
