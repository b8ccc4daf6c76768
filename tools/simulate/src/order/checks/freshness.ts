import type { ProductSeen } from '../services/frontend.js';
import type { Wish } from '../services/shoppers.js';
import type { World } from '../world/world.js';
import type { Truth } from './truth.js';

/** A read that has begun, and how new its answer must be. */
export interface ReadMark {
  readonly name: string;
  /** The position in the catalog's log of the last sale or restocking of this product that was acknowledged before the read. */
  readonly notBefore: number;
}

/** No read that began after an acknowledged sale or restocking shows the stock from before it; and what it shows was true once. */
export class Freshness {
  hits = 0;
  private readonly acknowledgedAt = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
  ) {}

  begin(name: string): ReadMark {
    return { name, notBefore: Math.max(this.acknowledgedAt.get(name) ?? 0, this.truth.restockKnown(name)) };
  }

  end({ name, notBefore }: ReadMark, { quantity, sequence }: ProductSeen, frontend: string): void {
    this.hits += 1;
    this.world.trace(`${frontend} shows ${quantity} ${name} of ${sequence}`);
    const real = this.truth.quantityAt(name, sequence);
    if (real !== quantity)
      this.world.violate(
        'Fresh Reads',
        `${frontend} shows ${quantity} ${name} of entry ${sequence}, there were ${real}`,
      );
    if (sequence < notBefore)
      this.world.violate(
        'Fresh Reads',
        `${frontend} shows ${name} of entry ${sequence}, a change at ${notBefore} was acknowledged before the read`,
      );
  }

  acknowledged({ key, name }: Wish): void {
    const sale = this.truth.sales.get(this.truth.intentOfKey.get(key) ?? -1);
    if (sale === undefined) {
      this.world.violate('Placed If Sold', `${key} is acknowledged, and nothing was sold for it`);
      return;
    }
    this.acknowledgedAt.set(name, Math.max(this.acknowledgedAt.get(name) ?? 0, sale.sequence));
  }
}
