import { CatalogAudit } from '../audit/catalog-audit.js';
import { type DebitBatch, type DebitResult, DebitResults } from '../debits/debit.js';
import { StockList, StockView } from '../products/stock-view.js';
import { catalogRoutes, catalogVersionOf, headerNames, productPath } from '../routes.js';
import type { HttpTransport } from '../transport/http-transport.js';
import { UnexpectedAnswerError } from '../transport/transport-error.js';

import { integerMember, readMessage, readProblem, type Unavailable, unavailable, unexpected } from './answer.js';
import { type CallOptions, CallSender } from './call-sender.js';

export type StockResult =
  | { readonly kind: 'stock'; readonly stock: StockView }
  | { readonly kind: 'absent'; readonly epoch: number; readonly sequence: number }
  | Unavailable;

export type StockListResult = { readonly kind: 'stock_list'; readonly list: StockList } | Unavailable;

export type DebitBatchResult =
  | {
      readonly kind: 'results';
      readonly results: readonly DebitResult[];
      /** The catalog's version after the batch, `<epoch>;<sequence>`. */
      readonly version?: string | undefined;
    }
  /** The catalog has seen a higher term: the caller was deposed. Nothing was changed. */
  | { readonly kind: 'stale_term'; readonly term: number }
  | Unavailable;

export type CatalogAuditResult = { readonly kind: 'audit'; readonly audit: CatalogAudit } | Unavailable;

/**
 * The catalog's internal API. Every method rejects with a `TransportError` when there is no usable answer; its
 * `definite` says whether a debit certainly did not happen. Debits may always be repeated.
 */
export class CatalogClient {
  private readonly sender: CallSender;

  constructor(transport: HttpTransport) {
    this.sender = new CallSender(transport, 'catalog');
  }

  /** One product's stock with its version; `absent` carries the version too, so that a cache can order it. */
  async getProduct(name: string, options: CallOptions = {}): Promise<StockResult> {
    const { answer, target } = await this.sender.get(productPath(name), options);
    if (answer.status === 200) return { kind: 'stock', stock: readMessage(StockView, answer, target) };
    const problem = readProblem(answer);
    if (problem.code === 'unknown-product') {
      return {
        kind: 'absent',
        epoch: integerMember(problem, 'epoch', 0),
        sequence: integerMember(problem, 'sequence', 0),
      };
    }
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  /** All products, in catalog order, of one version. */
  async listProducts(options: CallOptions = {}): Promise<StockListResult> {
    const { answer, target } = await this.sender.get(catalogRoutes.products, options);
    if (answer.status === 200) return { kind: 'stock_list', list: readMessage(StockList, answer, target) };
    const problem = readProblem(answer);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  /** Executes or looks up debits; one result a debit, in their order. */
  async debit(batch: DebitBatch, options: CallOptions = {}): Promise<DebitBatchResult> {
    const { answer, target } = await this.sender.post(catalogRoutes.debits, batch, options);
    if (answer.status === 200) {
      const { results } = readMessage(DebitResults, answer, target);
      const matches =
        results.length === batch.debits.length &&
        results.every(({ intent }, offset) => intent === batch.debits[offset]?.intent);
      const version = catalogVersionOf(answer.headers[headerNames.minCatalogSeq]);
      if (matches) return { kind: 'results', results, version };
      throw new UnexpectedAnswerError(target, {
        status: 200,
        reason: 'its results are not those of the batch',
        definite: false,
      });
    }
    const problem = readProblem(answer);
    if (problem.status === 412) return { kind: 'stale_term', term: integerMember(problem, 'term', batch.term + 1) };
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }

  /** The catalog's books. */
  async audit(options: CallOptions = {}): Promise<CatalogAuditResult> {
    const { answer, target } = await this.sender.get(catalogRoutes.audit, options);
    if (answer.status === 200) return { kind: 'audit', audit: readMessage(CatalogAudit, answer, target) };
    const problem = readProblem(answer);
    if (problem.status === 503) return unavailable(problem);
    throw unexpected(problem, target);
  }
}
