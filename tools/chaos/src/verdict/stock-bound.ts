/**
 * Knows how much stock a shopper may be shown. Every sale that was acknowledged before a read was sent must be visible
 * in its answer, and no sale may be that nobody had asked for when it arrived, so the answer is from `initial - attempted`
 * through `initial - acknowledged`. Exact as long as nothing is restocked: start the store with more stock than the run can
 * sell.
 *
 * Not checked here: that no more was sold than was asked for; `lab verify` does that from the logs.
 */
export class StockBound {
  private readonly stocks = new Map<string, { readonly initial: number; attempted: number; acknowledged: number }>();

  learn(name: string, quantity: number): void {
    if (!this.stocks.has(name)) this.stocks.set(name, { initial: quantity, attempted: 0, acknowledged: 0 });
  }

  /** An order is about to be sent for the first time. */
  attempted(name: string, quantity: number): void {
    this.stock(name).attempted += quantity;
  }

  sold(name: string, quantity: number): void {
    this.stock(name).acknowledged += quantity;
  }

  /** The largest stock that a read which is sent now may be answered with. */
  atMost(name: string): number {
    const { initial, acknowledged } = this.stock(name);
    return initial - acknowledged;
  }

  /** What is wrong with an answer that has just arrived, to a read that was sent when at most `atMost` could be left. */
  judge(name: string, shown: number, atMost: number): string | undefined {
    if (shown > atMost) {
      return `shown ${shown} × ${name}; when it was asked for, acknowledged sales left at most ${atMost}.`;
    }
    const { initial, attempted } = this.stock(name);
    if (shown < initial - attempted) {
      return `shown ${shown} × ${name}, although all orders ever sent leave ${initial - attempted}.`;
    }
    return undefined;
  }

  private stock(name: string): { readonly initial: number; attempted: number; acknowledged: number } {
    const stock = this.stocks.get(name);
    if (stock === undefined) throw new RangeError(`The stock of ${name} at the start of the run is not known.`);
    return stock;
  }
}
