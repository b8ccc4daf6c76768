/** A debit that the catalog must be asked for. */
export interface PendingDebit {
  readonly intent: number;
  readonly name: string;
  readonly quantity: number;
}

/**
 * Where each open intent stands with the leader: waiting to be asked, asked, or answered and waiting for its outcome
 * to be committed. One call is in flight at a time; whatever arrives meanwhile goes into the next one, so batches
 * grow with the load and no timer is needed.
 */
export class DebitBacklog {
  private readonly waiting = new Map<number, PendingDebit>();
  private readonly asked = new Map<number, PendingDebit>();
  private readonly answered = new Set<number>();

  /** Intents that still need something from this leader. */
  get size(): number {
    return this.waiting.size + this.asked.size + this.answered.size;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  add(debit: PendingDebit): void {
    if (!this.asked.has(debit.intent) && !this.answered.has(debit.intent)) this.waiting.set(debit.intent, debit);
  }

  /** The next call's debits, oldest first. */
  takeBatch(countMax: number): readonly PendingDebit[] {
    const batch: PendingDebit[] = [];
    for (const debit of this.waiting.values()) {
      if (batch.length === countMax) break;
      batch.push(debit);
    }
    for (const debit of batch) {
      this.waiting.delete(debit.intent);
      this.asked.set(debit.intent, debit);
    }
    return batch;
  }

  /** The catalog has answered: what is left is to commit the outcome. */
  markAnswered(intent: number): void {
    if (this.asked.delete(intent)) this.answered.add(intent);
  }

  /** The call failed or left debits unanswered: they go before everything that came later, in their old order. */
  returnAsked(): void {
    if (this.asked.size === 0) return;
    const later = [...this.waiting];
    this.waiting.clear();
    for (const [intent, debit] of this.asked) this.waiting.set(intent, debit);
    for (const [intent, debit] of later) this.waiting.set(intent, debit);
    this.asked.clear();
  }

  /** The intent has an outcome in the applied state, whoever brought it there. */
  settle(intent: number): void {
    this.waiting.delete(intent);
    this.asked.delete(intent);
    this.answered.delete(intent);
  }

  clear(): void {
    this.waiting.clear();
    this.asked.clear();
    this.answered.clear();
  }
}
