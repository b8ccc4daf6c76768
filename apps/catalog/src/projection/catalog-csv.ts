import { toDecimal } from '@toystore/contracts';
import { stringify } from 'csv-stringify/sync';
import type { ProductFigures } from '@toystore/protocol/catalog';

/** The stock in the form of the file that it was loaded from. */
export function catalogCsv(products: readonly ProductFigures[]): string {
  return stringify(
    products.map(({ name, current, priceCents }) => [name, current, toDecimal(priceCents).toFixed(2)]),
    { header: true, columns: ['name', 'quantity', 'price'] },
  );
}
