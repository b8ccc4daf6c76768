/** A stale answer is likeliest right behind the change that it does not know. */
export const freshChangeMs = 20;

/** Knows which products have just been sold or restocked: their reads find most. Times are `performance.now()`. */
export class ChangeClock {
  private readonly changedAtMs = new Map<string, number>();
  private last: { readonly product: string; readonly atMs: number } | undefined;

  noteChange(product: string, nowMs: number): void {
    this.changedAtMs.set(product, nowMs);
    this.last = { product, atMs: nowMs };
  }

  isFresh(product: string, nowMs: number): boolean {
    return nowMs - (this.changedAtMs.get(product) ?? -Infinity) < freshChangeMs;
  }

  /** The product that changed last, if that was a moment ago. */
  justChanged(nowMs: number): string | undefined {
    return this.last !== undefined && nowMs - this.last.atMs < freshChangeMs ? this.last.product : undefined;
  }
}
