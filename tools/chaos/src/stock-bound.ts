/**
 * Knows how much stock a shopper may be shown. Every sale that was acknowledged before a read was sent must be visible
 * in its answer, so the answer is at most `initial - acknowledged`. Exact as long as nothing is restocked: start the
 * store with more stock than the run can sell.
 *
 * Not checked here: that no more was sold than was asked for; `lab verify` does that from the logs.
 */
export class StockBound {
  private readonly initial = new Map<string, number>();
  private readonly acknowledged = new Map<string, number>();

  learn(name: string, quantity: number): void {
    if (!this.initial.has(name)) this.initial.set(name, quantity);
  }

  sold(name: string, quantity: number): void {
    this.acknowledged.set(name, (this.acknowledged.get(name) ?? 0) + quantity);
  }

  /** The largest stock that a read which is sent now may be answered with. */
  now(name: string): number {
    const initial = this.initial.get(name);
    if (initial === undefined) throw new RangeError(`The stock of ${name} at the start of the run is not known.`);
    return initial - (this.acknowledged.get(name) ?? 0);
  }
}
