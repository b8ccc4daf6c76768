import { type ProductView, type StockItem, toDecimal } from '@toystore/contracts';

/** Stock as shoppers see it. */
export function productView({ name, priceCents, quantity }: StockItem): ProductView {
  return { name, price: toDecimal(priceCents), quantity };
}
