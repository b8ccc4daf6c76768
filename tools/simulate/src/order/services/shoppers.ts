import type { Freshness } from '../checks/freshness.js';
import { carry } from '../network/calls.js';
import type { VirtualProcess } from '../world/virtual-process.js';
import { type Prng } from '../world/prng.js';
import type { Frontend } from './frontend.js';
import type { Store } from './store.js';

/** What a shopper wants under one key. */
export interface Wish {
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
}

/** What the shopper was told, finally. */
export type Told =
  { readonly kind: 'placed'; readonly number: number } | { readonly kind: 'refused'; readonly why: string };

/** A shopper's own record of one order. */
export interface OrderRecord {
  readonly wish: Wish;
  /** Undefined while there is no final answer, or when the shopper walked away without one. */
  told: Told | undefined;
  /** Every answer so far said that nothing was placed. */
  nothingPlaced: boolean;
  walkedAway: boolean;
}

const callDeadlineMs = 4_000;

/** A request may still come to something so long after its shopper has sent it. */
const lateMsMax = 8_000;

/** Of those who are told that nothing was placed, so many believe it and leave. */
const gaveUpShare = 0.3;

/** Everybody in front of the frontends. Their own machine never fails. */
export class Shoppers {
  readonly records: OrderRecord[] = [];
  readonly process: VirtualProcess;
  reads = 0;
  /** Asks for an order that got no final answer. */
  unanswered = 0;
  /** Shoppers that are not done. */
  busy = 0;
  private readonly random: Prng;
  private lastKey = 0;

  constructor(
    private readonly store: Store,
    private readonly freshness: Freshness,
  ) {
    this.process = store.world.addProcess('shoppers');
    this.process.start();
    this.random = this.process.random;
  }

  /** One shopper: reads and orders by turns, until its wishes are spent. */
  begin(
    wishes: readonly Omit<Wish, 'key'>[],
    { pauseMsMax, impatience }: { readonly pauseMsMax: number; readonly impatience: number },
  ): void {
    this.busy += 1;
    this.process.after(this.random.between(0, pauseMsMax), () => {
      void this.shop(wishes, { pauseMsMax, impatience }).then(() => {
        this.busy -= 1;
      });
    });
  }

  /** One order under a key of its own, asked until it is answered. */
  async order(wish: Omit<Wish, 'key'>, impatience = 0): Promise<OrderRecord> {
    this.lastKey += 1;
    const record: OrderRecord = {
      wish: { ...wish, key: `key-${this.lastKey}` },
      told: undefined,
      nothingPlaced: true,
      walkedAway: false,
    };
    this.records.push(record);
    const isDouble = this.random.chance(0.15);
    if (isDouble) record.nothingPlaced = false;
    await Promise.all([this.ask(record, impatience), ...(isDouble ? [this.ask(record, impatience)] : [])]);
    return record;
  }

  async read(name: string, frontend = this.random.pick(this.store.frontends)): Promise<void> {
    this.reads += 1;
    const mark = this.freshness.begin(name);
    try {
      const answer = await this.call(frontend, `GET /products/${name}`, () => frontend.read(name));
      if (answer.kind === 'product') this.freshness.end(mark, answer.seen, frontend.name);
    } catch (error) {
      noticed(error);
    }
  }

  /** Asks for every order that was acknowledged, and compares the answer with the record. */
  async verify(): Promise<void> {
    for (const { wish, told } of this.records) {
      if (told?.kind === 'placed') await this.compare(wish, told.number);
    }
  }

  private async compare(wish: Wish, number: number): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      const frontend = this.store.frontends[tries % this.store.frontends.length] as Frontend;
      const found = await this.call(frontend, `GET /orders/${number}`, () => frontend.findOrder(number)).catch(noticed);
      if (found?.kind === 'order') {
        const { name, quantity } = found.order;
        if (name === wish.name && quantity === wish.quantity) return;
        return this.store.world.violate(
          'Acknowledged Stays',
          `order ${number} is ${quantity} ${name}, its shopper ordered ${wish.quantity} ${wish.name}`,
        );
      }
      if (found?.kind === 'absent')
        return this.store.world.violate(
          'Acknowledged Stays',
          `order ${number} of ${wish.key} was acknowledged and is not found`,
        );
      await this.pause(100);
    }
    this.store.world.violate('Liveness', `order ${number} cannot be read after everything has healed`);
  }

  private async shop(
    wishes: readonly Omit<Wish, 'key'>[],
    { pauseMsMax, impatience }: { readonly pauseMsMax: number; readonly impatience: number },
  ): Promise<void> {
    for (const wish of wishes) {
      await this.read(wish.name);
      const record = await this.order(wish, impatience);
      if (record.told?.kind === 'placed') {
        await Promise.all([
          ...this.store.frontends.map((frontend) => this.read(wish.name, frontend)),
          this.lookUp(record),
        ]);
      }
      await this.pause(this.random.between(0, pauseMsMax));
    }
  }

  /** The same key until there is a final answer, at whichever frontend. */
  private async ask(record: OrderRecord, impatience: number): Promise<void> {
    const { wish } = record;
    const until = this.store.world.now + this.store.options.keys.clientLifeMs - lateMsMax;
    for (;;) {
      const frontend = this.random.pick(this.store.frontends);
      try {
        const outcome = await this.call(frontend, 'POST /orders', () => frontend.placeOrder(wish));
        if (outcome.kind === 'placed') return this.hear(record, { kind: 'placed', number: outcome.orderNumber });
        if (outcome.kind === 'insufficient_stock' || outcome.kind === 'unknown_product')
          return this.hear(record, { kind: 'refused', why: outcome.kind });
        if (outcome.kind === 'key_reused' || outcome.kind === 'invalid')
          return this.store.world.violate('Known Answers', `${wish.key} is answered with ${outcome.kind}`);
        this.unanswered += 1;
        if (outcome.kind === 'outcome_unknown') record.nothingPlaced = false;
        else {
          this.expectNothing(record, outcome.kind);
          if (this.random.chance(gaveUpShare)) {
            record.walkedAway = true;
            return;
          }
        }
      } catch (error) {
        noticed(error);
        this.unanswered += 1;
        if ((error as { readonly definite: boolean }).definite !== true) record.nothingPlaced = false;
      }
      if (this.random.chance(impatience) || this.store.world.now >= until) {
        record.walkedAway = true;
        return;
      }
      await this.pause(this.random.between(20, 200));
    }
  }

  /** An answer that certainly nothing was placed must be true when it is given. */
  private expectNothing({ wish, nothingPlaced }: OrderRecord, answer: string): void {
    const intent = this.store.truth.intentOfKey.get(wish.key);
    if (nothingPlaced && intent !== undefined)
      this.store.world.violate('Nothing Placed', `${wish.key} is answered with ${answer}, and it has intent ${intent}`);
  }

  /** Every acknowledged order is found at once, whatever is failing. */
  private async lookUp({ told }: OrderRecord): Promise<void> {
    if (told?.kind !== 'placed') return;
    const { number } = told;
    const frontend = this.random.pick(this.store.frontends);
    const found = await this.call(frontend, `GET /orders/${number}`, () => frontend.findOrder(number)).catch(noticed);
    if (found?.kind === 'absent')
      this.store.world.violate(
        'Acknowledged Stays',
        `order ${number} was acknowledged, and ${frontend.name} says that there is none`,
      );
  }

  private hear(record: OrderRecord, told: Told): void {
    const { wish } = record;
    this.store.world.trace(`${wish.key} told ${JSON.stringify(told)}`);
    if (record.told !== undefined && JSON.stringify(record.told) !== JSON.stringify(told)) {
      this.store.world.violate(
        'Same Outcome',
        `${wish.key} is told ${JSON.stringify(told)}, before ${JSON.stringify(record.told)}`,
      );
    }
    record.told = told;
    if (told.kind === 'placed') this.freshness.acknowledged(wish);
    else if (this.settled(wish.key) !== 'refused')
      this.store.world.violate(
        'Known Answers',
        `${wish.key} is told that it is refused, and it is ${this.settled(wish.key)}`,
      );
  }

  private settled(key: string): string {
    const { truth } = this.store;
    const intent = truth.intentOfKey.get(key);
    return (intent === undefined ? undefined : truth.settlements.get(intent)?.kind) ?? 'open';
  }

  private call<T>(to: Frontend, what: string, serve: () => T | Promise<T>): Promise<T> {
    return carry(this.store.network, {
      from: this.process,
      to: to.process,
      what,
      deadlineMs: callDeadlineMs,
      mayRepeat: false,
      serve,
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.process.after(ms, resolve, 'pause'));
  }
}

/** A failed call is what faults do to shoppers; whatever else is thrown is a bug. */
function noticed(error: unknown): undefined {
  if (typeof (error as { readonly definite?: unknown }).definite !== 'boolean') throw error;
  return undefined;
}
