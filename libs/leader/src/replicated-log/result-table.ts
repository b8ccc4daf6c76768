/** How a command ended when it was applied; the same on every replica. */
export type RecordedOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  /** `apply` threw. */
  | { readonly kind: 'failed'; readonly errorName: string; readonly errorMessage: string };

export interface RecordedResult {
  readonly index: number;
  readonly term: number;
  /** Log time at which it was applied. */
  readonly time: number;
  readonly outcome: RecordedOutcome;
}

export type RecordedResultRow = readonly [
  key: string,
  index: number,
  term: number,
  time: number,
  outcome: RecordedOutcome,
];

/**
 * First results of keyed commands (dissertation §6.3, with keys for sessions). Part of the replicated state: it
 * changes only by applying entries, forgets by log time and by count, so that all replicas remember the same keys.
 */
export class ResultTable {
  // Log time never goes back, so insertion order is also order of age: expiry looks at the front only.
  private readonly results = new Map<string, RecordedResult>();

  constructor(private readonly limits: { readonly resultsMax: number; readonly resultTtlMs: number }) {}

  get size(): number {
    return this.results.size;
  }

  get(key: string): RecordedResult | undefined {
    return this.results.get(key);
  }

  /** Forgets what is too old at this log time. */
  expire(time: number): void {
    for (const [key, result] of this.results) {
      if (time - result.time < this.limits.resultTtlMs) return;
      this.results.delete(key);
    }
  }

  record(key: string, result: RecordedResult): void {
    this.results.set(key, result);
    if (this.results.size <= this.limits.resultsMax) return;
    for (const oldest of this.results.keys()) {
      this.results.delete(oldest);
      return;
    }
  }

  rows(): RecordedResultRow[] {
    return [...this.results].map(([key, { index, term, time, outcome }]) => [key, index, term, time, outcome] as const);
  }

  replaceBy(rows: readonly RecordedResultRow[]): void {
    this.results.clear();
    for (const [key, index, term, time, outcome] of rows) this.results.set(key, { index, term, time, outcome });
  }
}
