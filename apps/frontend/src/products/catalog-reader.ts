import {
  CallAbortedError,
  type CatalogClient,
  ConnectionFailedError,
  DeadlineExceededError,
  type ProductName,
  type StockListResult,
  type StockResult,
  type Unavailable,
} from '@toystore/contracts';
import { NextFlight } from './next-flight.js';

export interface CatalogReaderOptions {
  /** How long one question to the catalog may take, ms. A caller of `list` may wait for two of them. */
  readonly deadlineMs: number;
}

/**
 * The stock, read from the catalog every time it is asked for; caching is somebody else's.
 *
 * Promise: an answer or `unavailable` within the deadline (twice the deadline for `list`), never older than the
 * question.
 */
export class CatalogReader {
  readonly #catalog: Pick<CatalogClient, 'getProduct' | 'listProducts'>;
  readonly #deadlineMs: number;
  readonly #lists: NextFlight<StockListResult>;

  constructor(catalog: Pick<CatalogClient, 'getProduct' | 'listProducts'>, { deadlineMs }: CatalogReaderOptions) {
    this.#catalog = catalog;
    this.#deadlineMs = deadlineMs;
    this.#lists = new NextFlight(() =>
      this.#ask((remainingMs) => this.#catalog.listProducts({ deadlineMs: remainingMs })),
    );
  }

  /** @param signal gives the question up early */
  product(name: ProductName, signal?: AbortSignal): Promise<StockResult> {
    return this.#ask((remainingMs) => this.#catalog.getProduct(name, { deadlineMs: remainingMs, signal }));
  }

  list(): Promise<StockListResult> {
    return this.#lists.run();
  }

  async #ask<T>(question: (remainingMs: number) => Promise<T>): Promise<T | Unavailable> {
    const deadline = performance.now() + this.#deadlineMs;
    try {
      return await question(this.#deadlineMs).catch((error: unknown) => {
        // A kept-alive connection that the catalog's restart ended is only noticed when it is used. Once: a refused
        // connection is the truth.
        if (error instanceof ConnectionFailedError && !error.definite) return question(deadline - performance.now());
        throw error;
      });
    } catch (error) {
      if (
        error instanceof ConnectionFailedError ||
        error instanceof DeadlineExceededError ||
        error instanceof CallAbortedError
      ) {
        return {
          kind: 'unavailable',
          detail: 'The catalog cannot be reached at the moment. Try again shortly.',
          retryAfterMs: undefined,
        };
      }
      throw error;
    }
  }
}
