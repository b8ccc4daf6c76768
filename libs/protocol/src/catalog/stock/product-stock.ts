import { invariant } from './invariant.js';
import type { InitialProduct } from './stock-command.js';

/** One product's figures. Units, but `priceCents`. */
export interface ProductFigures {
  readonly name: string;
  readonly priceCents: number;
  readonly initial: number;
  readonly restocked: number;
  readonly sold: number;
  readonly current: number;
  /** The log index of the last entry that changed `current`. */
  readonly changedAt: number;
}

export function stockOf({ name, quantity, priceCents }: InitialProduct, index: number): ProductFigures {
  return checked({ name, priceCents, initial: quantity, restocked: 0, sold: 0, current: quantity, changedAt: index });
}

/** Undefined when there is not enough: an order is filled completely or not at all. */
export function sell(product: ProductFigures, quantity: number, index: number): ProductFigures | undefined {
  invariant(Number.isSafeInteger(quantity) && quantity > 0, `a sale of ${quantity} units of ${product.name}`);
  if (quantity > product.current) return undefined;
  return checked({ ...product, sold: product.sold + quantity, current: product.current - quantity, changedAt: index });
}

/** Undefined when the product is not out of stock. */
export function restock(product: ProductFigures, level: number, index: number): ProductFigures | undefined {
  if (product.current > 0 || level <= 0) return undefined;
  const added = level - product.current;
  return checked({ ...product, restocked: product.restocked + added, current: level, changedAt: index });
}

/** Conservation: what came in and did not go out is there, and nothing was sold that was not there. */
export function checked(product: ProductFigures): ProductFigures {
  const { name, initial, restocked, sold, current } = product;
  invariant(
    initial + restocked - sold === current && current >= 0,
    `stock of ${name} is not conserved: ${initial} initial + ${restocked} restocked - ${sold} sold != ${current}`,
  );
  return product;
}
