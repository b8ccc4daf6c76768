/** An order as every replica knows it. */
export interface PlacedOrder {
  readonly number: number;
  readonly name: string;
  readonly quantity: number;
}

/** All placed orders by number, from 0, without gaps: the number is the position. */
export class PlacedOrders {
  private readonly names: string[] = [];
  private readonly quantities: number[] = [];
  private readonly soldPerName = new Map<string, number>();

  get count(): number {
    return this.names.length;
  }

  /** Appends an order and returns its number. */
  place(name: string, quantity: number): number {
    const number = this.names.length;
    this.names.push(name);
    this.quantities.push(quantity);
    this.soldPerName.set(name, (this.soldPerName.get(name) ?? 0) + quantity);
    return number;
  }

  find(number: number): PlacedOrder | undefined {
    const name = this.names[number];
    const quantity = this.quantities[number];
    return name === undefined || quantity === undefined ? undefined : { number, name, quantity };
  }

  /** The orders from `first` on, at most `countMax` of them. */
  slice(first: number, countMax: number): readonly PlacedOrder[] {
    const orders: PlacedOrder[] = [];
    for (let number = first; orders.length < countMax; number++) {
      const order = this.find(number);
      if (order === undefined) break;
      orders.push(order);
    }
    return orders;
  }

  /** Units sold per product, by name. */
  soldByProduct(): readonly { readonly name: string; readonly quantity: number }[] {
    return [...this.soldPerName]
      .map(([name, quantity]) => ({ name, quantity }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  clear(): void {
    this.names.length = 0;
    this.quantities.length = 0;
    this.soldPerName.clear();
  }
}
