import { problemTypeUri, type ProblemCode } from '@toystore/contracts';
import type { PeerAnswer, ScriptedPeer } from '@toystore/contracts/testing';

const products = ['tux', 'lego', 'barbie'];

const ok = (data: unknown): PeerAnswer => ({ kind: 'answer', status: 200, json: { data } });
export const problem = (status: number, code: ProblemCode): PeerAnswer => ({
  kind: 'answer',
  status,
  json: { type: problemTypeUri(code), title: code, status, detail: `the store says ${code}` },
});

/** A store in memory that keeps orders by key; `faults` are used up first, one for each order that arrives. */
export class FakeStore {
  readonly orders: { number: number; name: string; quantity: number }[] = [];
  readonly keysSeen: string[] = [];
  readonly faults: PeerAnswer[] = [];
  stock = 100;
  readonly #byKey = new Map<string, PeerAnswer>();

  readonly answer: ScriptedPeer = ({ method, path, headers, body }) => {
    if (method === 'POST')
      return this.#place(
        String(headers['idempotency-key']),
        JSON.parse(String(body)) as { name: string; quantity: number },
      );
    const [, collection, id] = path.split('/');
    if (id === undefined) return ok(products.map((name) => this.#product(name)));
    if (collection === 'orders') {
      const order = this.orders[Number(id)];
      return order === undefined ? problem(404, 'order-not-found') : ok(order);
    }
    return id === 'ghost' ? problem(404, 'unknown-product') : ok(this.#product(decodeURIComponent(id)));
  };

  #product(name: string): { name: string; price: number; quantity: number } {
    return { name, price: 25.99, quantity: this.stock };
  }

  #place(key: string, { name, quantity }: { name: string; quantity: number }): PeerAnswer {
    this.keysSeen.push(key);
    const fault = this.faults.shift();
    // A connection that breaks has carried the order to the store all the same.
    if (fault !== undefined && fault.kind !== 'break_connection') return fault;
    const answer = this.#byKey.get(key) ?? this.#decide({ name, quantity });
    this.#byKey.set(key, answer);
    return fault ?? answer;
  }

  #decide({ name, quantity }: { name: string; quantity: number }): PeerAnswer {
    if (this.stock < quantity) return problem(400, 'insufficient-stock');
    this.stock -= quantity;
    const number = this.orders.push({ number: this.orders.length, name, quantity }) - 1;
    return ok({ order_number: number });
  }
}
