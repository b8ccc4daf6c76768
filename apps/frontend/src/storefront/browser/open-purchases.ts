import type { Purchase } from './purchase.js';

/**
 * Purchases whose answer is not known yet, kept for the life of the tab: a reload in the middle of an order must not
 * lose its key, since only that key can tell whether the order was placed.
 */
export class OpenPurchases {
  static readonly #item = 'open-purchases';

  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #byName: Map<string, Purchase>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
    this.#byName = new Map(parse(storage.getItem(OpenPurchases.#item)).map((purchase) => [purchase.name, purchase]));
  }

  of(name: string): Purchase | undefined {
    return this.#byName.get(name);
  }

  keep(purchase: Purchase): void {
    if (this.#byName.get(purchase.name)?.key === purchase.key) return;
    this.#byName.set(purchase.name, purchase);
    this.#write();
  }

  settle(name: string): void {
    if (this.#byName.delete(name)) this.#write();
  }

  #write(): void {
    this.#storage.setItem(OpenPurchases.#item, JSON.stringify([...this.#byName.values()]));
  }
}

function parse(text: string | null): Purchase[] {
  const stored: unknown = text ? JSON.parse(text) : [];
  return Array.isArray(stored) ? stored.filter(isPurchase) : [];
}

function isPurchase(value: unknown): value is Purchase {
  const candidate = value as Partial<Purchase> | null;
  return (
    typeof candidate?.name === 'string' && typeof candidate.key === 'string' && Number.isSafeInteger(candidate.quantity)
  );
}
