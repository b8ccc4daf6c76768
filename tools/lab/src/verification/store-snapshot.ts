import type { CatalogAudit, OrderAudit, OrderView } from '@toystore/contracts';

/** What one order replica holds. */
export interface ReplicaSnapshot {
  readonly audit: OrderAudit;
  /** All orders, as the replica lists them. */
  readonly orders: readonly OrderView[];
}

/** What the catalog and every running replica hold. Nothing happened while it was read. */
export interface RestingStore {
  readonly kind: 'at-rest';
  readonly catalog: CatalogAudit;
  readonly replicas: readonly ReplicaSnapshot[];
}

/** A store at work, or one of which a part does not answer: only what each process says for itself can be judged. */
export interface WorkingStore {
  readonly kind: 'at-work';
  readonly reasons: readonly string[];
  readonly catalog: CatalogAudit | undefined;
  readonly audits: readonly OrderAudit[];
}

export type StoreSnapshot = RestingStore | WorkingStore;
