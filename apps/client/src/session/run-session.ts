import type { ProductView, StoreClient, Unavailable } from '@toystore/contracts';
import type { Visit } from '../plan/session-plan.js';
import type { AcknowledgedOrder, IntendedOrder, OrderRecords } from '../records/order-records.js';
import { readFailure, readOrderAnswer, type OrderAttempt } from './attempt-outcome.js';
import { compareWithRecord, type Mismatch } from './order-check.js';
import { decideAfterAttempt, retryPolicyDefault, type OrderOutcome, type RetryPolicy } from './retry-policy.js';

/** Time as a session sees it, in ms; `now` never goes back. */
export interface SessionClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Told what happens while a session runs. */
export interface SessionObserver {
  /** A product was asked for; the time includes retries. */
  queried(latencyMs: number): void;
  /** An order was answered for good; the time includes retries. */
  ordered(latencyMs: number): void;
  /** One more visit is over. */
  visited(): void;
}

export interface SessionPorts {
  /** Calls over one kept-alive connection. */
  readonly store: Pick<StoreClient, 'product' | 'placeOrder' | 'order'>;
  readonly records: OrderRecords;
  readonly clock: SessionClock;
  readonly observer: SessionObserver;
  /** A fresh idempotency key, never given before to any session. */
  readonly newKey: () => string;
}

export interface SessionOptions {
  readonly client: string;
  readonly visits: readonly Visit[];
  readonly retry?: RetryPolicy;
  /** How long one try may take, in ms. Default 15000: longer than the store's own deadline for an order. */
  readonly tryDeadlineMs?: number;
}

/** What a session did. Orders are counted once, under their outcome. */
export interface SessionReport {
  readonly client: string;
  readonly queries: number;
  readonly notFound: number;
  readonly failedQueries: number;
  readonly placed: number;
  readonly refused: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Attempts of an earlier run that now have an outcome. */
  readonly resumed: number;
  readonly retries: number;
  /** Orders whose answer differs from the record, or which could not be checked. */
  readonly mismatches: readonly Mismatch[];
  /** Answers that a correct store would not give. */
  readonly wrongAnswers: readonly string[];
}

const tryDeadlineMsDefault = 15_000;

/**
 * One shopper: settles what an earlier run left open, makes its visits one after the other, and before it leaves queries
 * each of its orders and compares the answer with its own record. Store failures are outcomes, never rejections;
 * rejects only when its own records cannot be written.
 */
export async function runSession(ports: SessionPorts, options: SessionOptions): Promise<SessionReport> {
  const session = new Session(ports, options);
  return session.run();
}

class Session {
  readonly #ports: SessionPorts;
  readonly #client: string;
  readonly #visits: readonly Visit[];
  readonly #retry: RetryPolicy;
  readonly #tryDeadlineMs: number;
  readonly #placed: AcknowledgedOrder[] = [];
  readonly #mismatches: Mismatch[] = [];
  readonly #wrongAnswers: string[] = [];
  readonly #counts = {
    queries: 0,
    notFound: 0,
    failedQueries: 0,
    placed: 0,
    refused: 0,
    failed: 0,
    unresolved: 0,
    resumed: 0,
    retries: 0,
  };

  constructor(
    ports: SessionPorts,
    { client, visits, retry = retryPolicyDefault, tryDeadlineMs = tryDeadlineMsDefault }: SessionOptions,
  ) {
    this.#ports = ports;
    this.#client = client;
    this.#visits = visits;
    this.#retry = retry;
    this.#tryDeadlineMs = tryDeadlineMs;
  }

  async run(): Promise<SessionReport> {
    for (const order of this.#ports.records.pending()) await this.#resume(order);
    for (const visit of this.#visits) {
      await this.#visit(visit);
      this.#ports.observer.visited();
    }
    for (const order of this.#placed) await this.#check(order);
    return { client: this.#client, ...this.#counts, mismatches: this.#mismatches, wrongAnswers: this.#wrongAnswers };
  }

  async #resume(order: IntendedOrder): Promise<void> {
    const outcome = await this.#place(order);
    if (outcome.kind !== 'unresolved') this.#counts.resumed += 1;
    await this.#note(order, outcome);
  }

  async #visit({ product: name, order }: Visit): Promise<void> {
    const product = await this.#lookAt(name);
    if (order === undefined || product === undefined || product.quantity <= 0) return;
    const intended = { key: this.#ports.newKey(), name, quantity: order.quantity };
    // On disk before it is sent: after a crash the same key is sent again, never a second order.
    await this.#ports.records.intend(intended);
    const startMs = this.#ports.clock.now();
    const outcome = await this.#place(intended);
    this.#ports.observer.ordered(this.#ports.clock.now() - startMs);
    await this.#note(intended, outcome);
  }

  async #lookAt(name: string): Promise<ProductView | undefined> {
    const startMs = this.#ports.clock.now();
    const answer = await this.#query(() => this.#ports.store.product(name, { deadlineMs: this.#tryDeadlineMs }));
    this.#ports.observer.queried(this.#ports.clock.now() - startMs);
    this.#counts.queries += 1;
    if (answer.kind === 'product') return answer.product;
    if (answer.kind === 'absent') this.#counts.notFound += 1;
    else this.#counts.failedQueries += 1;
    return undefined;
  }

  async #place({ key, name, quantity }: IntendedOrder): Promise<OrderOutcome> {
    let history = { retries: 0, mayBePlaced: false };
    for (;;) {
      const attempt = await this.#tryToPlace({ key, name, quantity });
      const next = decideAfterAttempt(attempt, history, this.#retry);
      if (next.kind === 'done') return next.outcome;
      await this.#pauseBeforeRetry();
      history = { retries: history.retries + 1, mayBePlaced: next.mayBePlaced };
    }
  }

  async #tryToPlace(order: IntendedOrder): Promise<OrderAttempt> {
    try {
      return readOrderAnswer(await this.#ports.store.placeOrder({ ...order, deadlineMs: this.#tryDeadlineMs }));
    } catch (error) {
      return readFailure(error);
    }
  }

  async #note(order: IntendedOrder, outcome: OrderOutcome): Promise<void> {
    const { records } = this.#ports;
    switch (outcome.kind) {
      case 'placed': {
        const acknowledged = { ...order, number: outcome.orderNumber };
        await records.acknowledge(acknowledged);
        this.#placed.push(acknowledged);
        this.#counts.placed += 1;
        return;
      }
      case 'refused':
        this.#counts.refused += 1;
        return records.giveUp(order.key);
      case 'failed':
        this.#counts.failed += 1;
        return records.giveUp(order.key);
      case 'unresolved':
        // Stays in the journal: the next run asks again with the same key.
        this.#counts.unresolved += 1;
        return;
      case 'wrong':
        this.#wrongAnswers.push(`order of ${order.quantity} ${order.name}: ${outcome.detail}`);
        return records.giveUp(order.key);
    }
  }

  async #check(order: AcknowledgedOrder): Promise<void> {
    const answer = await this.#query(() => this.#ports.store.order(order.number, { deadlineMs: this.#tryDeadlineMs }));
    const detail = compareWithRecord(order, answer);
    if (detail !== undefined) this.#mismatches.push({ client: this.#client, number: order.number, detail });
  }

  /** Asks until there is an answer or the retries are used up; then the last failure is an `unavailable`. */
  async #query<T extends { readonly kind: string }>(ask: () => Promise<T>): Promise<T | Unavailable> {
    for (let retries = 0; ; retries += 1) {
      const answer = await ask().catch((error: unknown) => this.#readQueryFailure(error));
      if (answer.kind !== 'unavailable' || retries >= this.#retry.retriesMax) return answer;
      await this.#pauseBeforeRetry();
    }
  }

  #readQueryFailure(error: unknown): Unavailable {
    const failure = readFailure(error);
    if (failure.kind === 'wrong') this.#wrongAnswers.push(failure.detail);
    return { kind: 'unavailable', detail: failure.detail, retryAfterMs: undefined };
  }

  async #pauseBeforeRetry(): Promise<void> {
    this.#counts.retries += 1;
    await this.#ports.clock.sleep(this.#retry.retryDelayMs);
  }
}
