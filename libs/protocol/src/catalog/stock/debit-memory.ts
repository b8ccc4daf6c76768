import type { DebitAnswer, RecordedOutcome, StockDebit } from './stock-command.js';

export interface DebitRecord extends StockDebit {
  readonly outcome: RecordedOutcome;
  readonly costCents: number;
}

/** What must be done with a debit that arrives. */
export type DebitRuling = { readonly kind: 'execute' } | { readonly kind: 'answer'; readonly answer: DebitAnswer };

/**
 * Which debits were executed, and with what outcome. The settled watermark bounds it: a leader that sends watermark W
 * has an outcome in its log for every intent up to W, so nobody will need those records again; and because ids at or
 * below W are refused from then on, forgetting them cannot execute one of them twice.
 */
export class DebitMemory {
  private readonly records = new Map<number, DebitRecord>();
  private watermark = 0;

  get settledThrough(): number {
    return this.watermark;
  }

  get size(): number {
    return this.records.size;
  }

  rule(debit: StockDebit): DebitRuling {
    if (debit.intent <= this.watermark) return { kind: 'answer', answer: settled(debit.intent) };
    const record = this.records.get(debit.intent);
    if (record === undefined) return { kind: 'execute' };
    // An id stands for one debit. Something else under the same id comes from a log that is not the one this memory
    // belongs to: executing it or confirming it would both be wrong.
    if (record.name !== debit.name || record.quantity !== debit.quantity) {
      return { kind: 'answer', answer: settled(debit.intent) };
    }
    return { kind: 'answer', answer: answerOf(record) };
  }

  record(record: DebitRecord): DebitAnswer {
    this.records.set(record.intent, record);
    return answerOf(record);
  }

  /** Monotone: a late batch with an older watermark brings nothing back. */
  settleThrough(watermark: number): void {
    if (watermark <= this.watermark) return;
    this.watermark = watermark;
    for (const intent of this.records.keys()) if (intent <= watermark) this.records.delete(intent);
  }

  values(): readonly DebitRecord[] {
    return [...this.records.values()];
  }

  restore(settledThrough: number, records: readonly DebitRecord[]): void {
    this.watermark = settledThrough;
    this.records.clear();
    for (const record of records) this.records.set(record.intent, record);
  }
}

function answerOf({ intent, outcome, costCents }: DebitRecord): DebitAnswer {
  return { intent, outcome, costCents };
}

function settled(intent: number): DebitAnswer {
  return { intent, outcome: 'settled', costCents: 0 };
}
