import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { AcknowledgedOrder } from '@toystore/lab';

/** Answers after which the same key is sent again; any other ends the test. */
const worthAnotherTry: ReadonlySet<string> = new Set(['outcome_unknown', 'no_leader', 'unavailable', 'overloaded']);
const retryAfterMs = 50;
/** Longer than a frontend takes to answer, whatever happens. */
const patienceMs = 12_000;
/** Between two orders, so that processes that start again get their share of the processor. */
const thinkMs = 20;

/**
 * Shoppers who order one thing after the other, each until it is acknowledged, for as long as they are not told to go
 * home. They ask again with the same key, whatever happens to the store meanwhile.
 */
export class Shoppers {
  readonly acknowledged: AcknowledgedOrder[] = [];
  /** Every request that was not answered as it would have been had nothing been the matter, in words. */
  readonly failed: string[] = [];
  private readonly transport: UndiciTransport;
  private readonly store: StoreClient;
  private readonly shopping: Promise<unknown>;
  private open = true;

  constructor(
    url: string,
    private readonly toys: readonly string[],
    count: number,
    private readonly habits: {
      /** After each order they look at its toy, and at the order. */
      readonly look: boolean;
    } = { look: false },
  ) {
    this.transport = new UndiciTransport({ baseUrl: url, receiver: 'store', connections: count });
    this.store = new StoreClient(this.transport, { sessionId: 'e2e-shoppers' });
    this.shopping = Promise.all(Array.from({ length: count }, (_, offset) => this.shop(offset)));
    // It is awaited when they go home; until then nobody is there to hear of a failure.
    this.shopping.catch(() => undefined);
  }

  /** Every order that was begun is acknowledged when this resolves. Rejects when one was refused. */
  async goHome(): Promise<readonly AcknowledgedOrder[]> {
    this.open = false;
    try {
      await this.shopping;
      return this.acknowledged;
    } finally {
      await this.transport.close();
    }
  }

  private async shop(offset: number): Promise<void> {
    for (let turn = offset; this.open; turn++) {
      const name = this.toys[turn % this.toys.length] as string;
      const number = await this.order({ name, quantity: 1 + (turn % 3), key: randomUUID() });
      if (this.habits.look) await this.look(name, number);
      await sleep(thinkMs);
    }
  }

  private async order(wish: { name: string; quantity: number; key: string }): Promise<number> {
    for (;;) {
      const answer = await this.ask(wish);
      if (answer.kind === 'placed') {
        this.acknowledged.push({ ...wish, number: answer.orderNumber, source: 'shopper' });
        return answer.orderNumber;
      }
      this.failed.push(`POST of order ${wish.key}: ${JSON.stringify(answer)}`);
      if (!worthAnotherTry.has(answer.kind))
        throw new Error(`The order ${wish.key} was answered with ${JSON.stringify(answer)}.`);
      await sleep(retryAfterMs);
    }
  }

  private async look(name: string, number: number): Promise<void> {
    await this.note(`GET of ${name}`, 'product', () => this.store.product(name, { deadlineMs: patienceMs }));
    await this.note(`GET of order ${number}`, 'order', () => this.store.order(number, { deadlineMs: patienceMs }));
  }

  private async note(what: string, wanted: string, read: () => Promise<{ readonly kind: string }>): Promise<void> {
    try {
      const answer = await read();
      if (answer.kind !== wanted) this.failed.push(`${what}: ${JSON.stringify(answer)}`);
    } catch (error) {
      this.failed.push(`${what}: ${String(error)}`);
    }
  }

  private async ask(wish: {
    name: string;
    quantity: number;
    key: string;
  }): Promise<{ kind: string; orderNumber: number }> {
    try {
      const answer = await this.store.placeOrder({ ...wish, deadlineMs: patienceMs });
      return answer.kind === 'placed' ? answer : { ...answer, orderNumber: -1 };
    } catch (error) {
      // The frontend is never a victim here, but an answer may take longer than a shopper waits.
      return { kind: 'outcome_unknown', orderNumber: -1, ...(error instanceof Error && { message: error.message }) };
    }
  }
}
