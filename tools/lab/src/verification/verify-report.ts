import type { OrderAudit } from '@toystore/contracts';
import { acknowledgedViolations, duplicateViolations, type AcknowledgedOrder } from './acknowledged-orders.js';
import { numberViolations } from './dense-numbers.js';
import { salesViolations } from './orders-are-sales.js';
import { agreementViolations } from './replicas-agree.js';
import { judgeProduct, stockViolations, type ProductVerdict } from './stock-conservation.js';
import type { StoreSnapshot } from './store-snapshot.js';
import type { Violation } from './violation.js';

/** The answer of `verify`. */
export interface VerifyReport {
  readonly ok: boolean;
  /** Placed orders, as the replica that has applied most counts them. */
  readonly orders: number;
  /** The replicas that were checked; dead and paused ones are not among them. */
  readonly replicas: readonly { readonly name: string; readonly appliedIndex: number; readonly hash: string }[];
  readonly products: readonly ProductVerdict[];
  readonly violations: readonly Violation[];
}

/** Checks the invariants. Of a store at work only the stock is judged: its orders and sales are equal at rest alone. */
export function judgeStore(snapshot: StoreSnapshot, acknowledged: readonly AcknowledgedOrder[] = []): VerifyReport {
  switch (snapshot.kind) {
    case 'at-rest': {
      const { catalog, replicas } = snapshot;
      const products = catalog.products.map(judgeProduct);
      return report(
        products,
        replicas.map(({ audit }) => audit),
        [
          ...stockViolations(products),
          ...agreementViolations(replicas),
          ...replicas.flatMap((replica) => [
            ...numberViolations(replica),
            ...salesViolations(catalog, replica),
            ...acknowledgedViolations(acknowledged, replica),
          ]),
          ...duplicateViolations(acknowledged),
        ],
      );
    }
    case 'at-work': {
      const products = snapshot.catalog?.products.map(judgeProduct) ?? [];
      const unrest = snapshot.reasons.map((detail): Violation => ({ invariant: 'at-rest', subject: 'store', detail }));
      return report(products, snapshot.audits, [
        ...unrest,
        ...stockViolations(products),
        ...duplicateViolations(acknowledged),
      ]);
    }
  }
}

function report(
  products: readonly ProductVerdict[],
  audits: readonly OrderAudit[],
  violations: readonly Violation[],
): VerifyReport {
  return {
    ok: violations.length === 0,
    orders: audits.reduce((most, { orders }) => Math.max(most, orders), 0),
    replicas: audits.map(({ replica, appliedIndex, hash }) => ({ name: replica, appliedIndex, hash })),
    products,
    violations,
  };
}
