import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { AcknowledgedOrder } from '@toystore/lab';

/** Answers after which the same key is sent again; any other ends the test. */
const worthAnotherTry: ReadonlySet<string> = new Set(['outcome_unknown', 'no_leader', 'unavailable', 'overloaded']);
const retryAfterMs = 50;
/** Between two orders, so that processes that start again get their share of the processor. */
const thinkMs = 20;

/**
 * Shoppers who order one thing after the other, each until it is acknowledged, for as long as they are not told to go
 * home. They ask again with the same key, whatever happens to the store meanwhile.
 */
export class Shoppers {
  readonly acknowledged: AcknowledgedOrder[] = [];
  private readonly transport: UndiciTransport;
  private readonly store: StoreClient;
  private readonly shopping: Promise<unknown>;
  private open = true;

  constructor(
    url: string,
    private readonly toys: readonly string[],
    count: number,
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
      await this.order({ name, quantity: 1 + (turn % 3), key: randomUUID() });
      await sleep(thinkMs);
    }
  }

  private async order(wish: { name: string; quantity: number; key: string }): Promise<void> {
    for (;;) {
      const answer = await this.ask(wish);
      if (answer.kind === 'placed') {
        this.acknowledged.push({ ...wish, number: answer.orderNumber, source: 'shopper' });
        return;
      }
      if (!worthAnotherTry.has(answer.kind))
        throw new Error(`The order ${wish.key} was answered with ${JSON.stringify(answer)}.`);
      await sleep(retryAfterMs);
    }
  }

  private async ask(wish: {
    name: string;
    quantity: number;
    key: string;
  }): Promise<{ kind: string; orderNumber: number }> {
    try {
      const answer = await this.store.placeOrder({ ...wish, deadlineMs: 12_000 });
      return answer.kind === 'placed' ? answer : { ...answer, orderNumber: -1 };
    } catch (error) {
      // The frontend is never a victim here, but an answer may take longer than a shopper waits.
      return { kind: 'outcome_unknown', orderNumber: -1, ...(error instanceof Error && { message: error.message }) };
    }
  }
}
