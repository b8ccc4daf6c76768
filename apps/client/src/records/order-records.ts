/** An attempt to order, named by its idempotency key before it is first sent. */
export interface IntendedOrder {
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
}

/** An order that the store acknowledged. */
export interface AcknowledgedOrder extends IntendedOrder {
  readonly number: number;
}

/**
 * What one client remembers. A port: files for real runs, memory for tests and for runs that keep nothing.
 *
 * Promise of the file implementation: an intention is on disk before the order is sent, an acknowledgement before the
 * next request; after a crash at any point the attempts without an outcome are pending, to be sent again with their keys.
 */
export interface OrderRecords {
  /** Attempts of an earlier run that never got an outcome. */
  pending(): readonly IntendedOrder[];
  intend(order: IntendedOrder): Promise<void>;
  /** The attempt ended in an order. */
  acknowledge(order: AcknowledgedOrder): Promise<void>;
  /** The attempt certainly ended without an order. */
  giveUp(key: string): Promise<void>;
  /** Every acknowledged order, of earlier runs too. */
  acknowledged(): readonly AcknowledgedOrder[];
  close(): Promise<void>;
}

/** Remembers as long as the process lives. */
export class MemoryOrderRecords implements OrderRecords {
  readonly #open = new Map<string, IntendedOrder>();
  readonly #acknowledged: AcknowledgedOrder[] = [];

  pending(): readonly IntendedOrder[] {
    return [...this.#open.values()];
  }

  intend(order: IntendedOrder): Promise<void> {
    this.#open.set(order.key, order);
    return Promise.resolve();
  }

  acknowledge(order: AcknowledgedOrder): Promise<void> {
    this.#open.delete(order.key);
    this.#acknowledged.push(order);
    return Promise.resolve();
  }

  giveUp(key: string): Promise<void> {
    this.#open.delete(key);
    return Promise.resolve();
  }

  acknowledged(): readonly AcknowledgedOrder[] {
    return this.#acknowledged;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
