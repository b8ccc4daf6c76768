import { CatalogClient, type CatalogAuditResult, type DebitBatch, type DebitBatchResult } from '@toystore/contracts';
import { carry } from '../network/calls.js';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { Store } from './store.js';

interface CallOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** The order replica's way to the catalog, over the simulated network. */
export class CatalogCalls extends CatalogClient {
  constructor(
    private readonly store: Store,
    private readonly from: VirtualProcess,
  ) {
    super({
      request: () => Promise.reject(new Error('there is no HTTP here')),
      close: () => Promise.resolve(),
    } as unknown as ConstructorParameters<typeof CatalogClient>[0]);
  }

  override async debit(batch: DebitBatch, { deadlineMs = 5_000, signal }: CallOptions = {}): Promise<DebitBatchResult> {
    const { store, from } = this;
    store.points.reach('debit not sent', from.name);
    store.sentDebits.push(batch);
    const { process } = store.catalog;
    const reply = await carry(store.network, {
      from,
      to: process,
      what: 'POST /debits',
      deadlineMs,
      signal,
      serve: () => store.catalog.debit(batch),
    });
    store.points.reach('debit answer received', from.name);
    return reply;
  }

  override audit({ deadlineMs = 5_000, signal }: CallOptions = {}): Promise<CatalogAuditResult> {
    const { store, from } = this;
    return carry(store.network, {
      from,
      to: store.catalog.process,
      what: 'GET /audit',
      deadlineMs,
      signal,
      serve: () => store.catalog.audit(),
    });
  }
}
