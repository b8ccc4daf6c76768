/** A stale answer is likeliest right behind the sale that it does not know. */
export const freshSaleMs = 20;

/** Knows which products have just been sold: their reads find most. Times are `performance.now()`. */
export class SaleClock {
  private readonly soldAtMs = new Map<string, number>();
  private last: { readonly product: string; readonly atMs: number } | undefined;

  noteSale(product: string, nowMs: number): void {
    this.soldAtMs.set(product, nowMs);
    this.last = { product, atMs: nowMs };
  }

  isFresh(product: string, nowMs: number): boolean {
    return nowMs - (this.soldAtMs.get(product) ?? -Infinity) < freshSaleMs;
  }

  /** The product that was sold last, if that was a moment ago. */
  justSold(nowMs: number): string | undefined {
    return this.last !== undefined && nowMs - this.last.atMs < freshSaleMs ? this.last.product : undefined;
  }
}
