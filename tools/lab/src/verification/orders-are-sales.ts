import type { CatalogAudit, OrderView } from '@toystore/contracts';
import type { ReplicaSnapshot } from './store-snapshot.js';
import type { Violation } from './violation.js';

/** Compares a replica's placed orders with the catalog's sold debits: by digest over the ids, by count, by product. */
export function salesViolations(catalog: CatalogAudit, { audit, orders }: ReplicaSnapshot): readonly Violation[] {
  const subject = audit.replica;
  const broken = (detail: string): Violation => ({ invariant: 'orders-are-sales', subject, detail });
  const violations: Violation[] = [];
  if (audit.orders !== catalog.soldDebits) {
    violations.push(broken(`It holds ${audit.orders} placed orders; the catalog sold ${catalog.soldDebits} debits.`));
  }
  if (audit.soldDigest !== catalog.soldDigest) {
    violations.push(
      broken(
        `The digest of its placed orders is ${audit.soldDigest}; the catalog's digest of sold debits is ${catalog.soldDigest}.`,
      ),
    );
  }

  const reported = new Map(audit.soldByProduct.map(({ name, quantity }) => [name, quantity]));
  const listed = piecesByProduct(orders);
  const soldByCatalog = new Map(catalog.products.map(({ name, sold }) => [name, sold]));
  for (const product of new Set([...soldByCatalog.keys(), ...reported.keys(), ...listed.keys()])) {
    const sold = soldByCatalog.get(product) ?? 0;
    const ordered = listed.get(product) ?? 0;
    if (sold !== ordered)
      violations.push(broken(`Its orders add up to ${ordered} of ${product}; the catalog sold ${sold}.`));
    const own = reported.get(product) ?? 0;
    if (own !== ordered)
      violations.push(broken(`Its orders add up to ${ordered} of ${product}; its own count is ${own}.`));
  }
  return violations;
}

function piecesByProduct(orders: readonly OrderView[]): ReadonlyMap<string, number> {
  const pieces = new Map<string, number>();
  for (const { name, quantity } of orders) pieces.set(name, (pieces.get(name) ?? 0) + quantity);
  return pieces;
}
