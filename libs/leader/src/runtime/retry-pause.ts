const firstMs = 5000;
const doublingsMax = 6;

/** After a hand-over that failed, each pause is twice the one before: an attempt costs proposals up to an election timeout. */
export class RetryPause {
  private failures = 0;
  private at = -Infinity;

  isOver(now: number): boolean {
    return now >= this.at;
  }

  /** A hand-over failed. */
  failed(now: number): void {
    this.at = now + firstMs * 2 ** Math.min(this.failures, doublingsMax);
    this.failures += 1;
  }

  /** There was nobody to hand leadership to, which cost nothing to find out. */
  again(now: number, afterMs: number): void {
    this.at = Math.max(this.at, now + afterMs);
  }

  reset(): void {
    this.failures = 0;
    this.at = -Infinity;
  }
}
