import { addToSoldDigest, emptySoldDigest } from '@toystore/contracts';
import { invariant, unreachable } from './invariant.js';
import { type FinishedKey, KeyMemory } from './key-memory.js';
import { type OpenIntent, OpenIntents } from './open-intents.js';
import type { IntentCommand, IntentOutcome, OrderEntry, OrderResult, Settlement } from './order-command.js';
import { decodeSnapshot, encodeSnapshot } from './order-snapshot.js';
import { type PlacedOrder, PlacedOrders } from './placed-orders.js';
import { StateHash } from './state-hash.js';

/**
 * Keys are promised for 24 hours after their order ended. Log time may gain an hour a day on real time while a wall clock
 * is ahead: 25 hours of it are at least 24 real ones. The same on every replica, for ever.
 */
const keyRetentionMs = 25 * 60 * 60 * 1000;

/** Keys forgotten by one entry. An order takes more than one entry, so 16 a time always catches up. */
const keysExpiredPerEntryMax = 16;

/** What the applied state knows of an idempotency key. */
export type KeyLookup =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'open'; readonly intent: number }
  | { readonly kind: 'finished'; readonly settlement: Settlement }
  | { readonly kind: 'conflict' };

/** When the catalog's answer was applied, and its version then. */
interface Answered {
  readonly time: number;
  readonly version: string | undefined;
}

/** One intent that ended with this entry. */
export interface SettledIntent {
  readonly intent: number;
  readonly key: string;
  readonly settlement: Settlement;
}

export interface Applied {
  readonly result: OrderResult;
  readonly settled: readonly SettledIntent[];
}

/**
 * The state that the order group replicates: which orders exist, which intents are open, which keys were used.
 * A function of the log and of nothing else, so that replicas that applied the same entries are equal.
 *
 * An intent ends once: the first outcome applied for it counts, later ones change nothing. That, together with the
 * catalog's memory of intent ids, is what makes two leaders that drive the same intent harmless.
 */
export class OrderLedger {
  private readonly orders = new PlacedOrders();
  private readonly intents = new OpenIntents();
  private readonly keys: KeyMemory;
  private stateHash = new StateHash();
  private soldDigestValue = emptySoldDigest;
  private lastIndex = 0;

  /** @param retentionMs is changed by tests only: replicas with different values would diverge. */
  constructor(retentionMs: number = keyRetentionMs) {
    this.keys = new KeyMemory(retentionMs);
  }

  apply(entry: OrderEntry): Applied {
    invariant(entry.index > this.lastIndex, `entry ${entry.index} comes after entry ${this.lastIndex}`);
    this.lastIndex = entry.index;
    for (const key of this.keys.expire(entry.time, keysExpiredPerEntryMax)) this.stateHash.remove(factOfKey(key));
    switch (entry.command.kind) {
      case 'intent':
        return { result: this.openIntent(entry.index, entry.command), settled: [] };
      case 'outcomes': {
        const { outcomes, version } = entry.command;
        const settled = outcomes.flatMap((outcome) => this.settle(outcome, { time: entry.time, version }));
        return { result: { kind: 'settled', count: settled.length }, settled };
      }
      default:
        return unreachable(entry.command);
    }
  }

  lookup(key: string, fingerprint: string): KeyLookup {
    const open = this.intents.findByKey(key);
    if (open !== undefined) {
      return open.fingerprint === fingerprint ? { kind: 'open', intent: open.intent } : { kind: 'conflict' };
    }
    const finished = this.keys.find(key);
    if (finished === undefined) return { kind: 'unknown' };
    return finished.fingerprint === fingerprint
      ? { kind: 'finished', settlement: finished.settlement }
      : { kind: 'conflict' };
  }

  /**
   * No intent at or below this id is open, nor will one ever be: ids only rise. The catalog may forget what it
   * recorded for them.
   */
  get settledThrough(): number {
    const oldest = this.intents.oldest();
    return oldest === undefined ? this.lastIndex : oldest.intent - 1;
  }

  /** Oldest first. */
  openIntents(): readonly OpenIntent[] {
    return [...this.intents.values()];
  }

  findOpen(intent: number): OpenIntent | undefined {
    return this.intents.find(intent);
  }

  get openCount(): number {
    return this.intents.count;
  }

  get orderCount(): number {
    return this.orders.count;
  }

  findOrder(number: number): PlacedOrder | undefined {
    return this.orders.find(number);
  }

  ordersFrom(first: number, countMax: number): readonly PlacedOrder[] {
    return this.orders.slice(first, countMax);
  }

  soldByProduct(): readonly { readonly name: string; readonly quantity: number }[] {
    return this.orders.soldByProduct();
  }

  /** Over intent, name and quantity of every placed order; at rest equal to the catalog's. */
  get soldDigest(): string {
    return this.soldDigestValue;
  }

  /** Over everything that was applied: equal states have equal hashes. */
  get hash(): string {
    return this.stateHash.hex;
  }

  snapshot(): unknown {
    return encodeSnapshot({
      lastIndex: this.lastIndex,
      soldDigest: this.soldDigestValue,
      hash: this.hash,
      orders: this.orders.slice(0, this.orders.count),
      open: this.openIntents(),
      finished: [...this.keys.values()],
    });
  }

  restore(stored: unknown): void {
    const state = decodeSnapshot(stored);
    this.orders.clear();
    this.intents.clear();
    this.keys.clear();
    this.stateHash = new StateHash();
    this.lastIndex = state.lastIndex;
    this.soldDigestValue = state.soldDigest;
    for (const order of state.orders) {
      this.orders.place(order.name, order.quantity);
      this.stateHash.add(factOfOrder(order));
    }
    for (const intent of state.open) {
      this.intents.open(intent);
      this.stateHash.add(factOfIntent(intent));
    }
    for (const key of state.finished) {
      this.keys.remember(key);
      this.stateHash.add(factOfKey(key));
    }
    invariant(this.hash === state.hash, `the restored state hashes to ${this.hash}, its snapshot says ${state.hash}`);
  }

  private openIntent(index: number, command: IntentCommand): OrderResult {
    const known = this.lookup(command.key, command.fingerprint);
    switch (known.kind) {
      case 'unknown': {
        const { key, fingerprint, name, quantity } = command;
        const intent: OpenIntent = { intent: index, key, fingerprint, name, quantity };
        this.intents.open(intent);
        this.stateHash.add(factOfIntent(intent));
        return { kind: 'opened', intent: index };
      }
      case 'open':
        return { kind: 'joined', intent: known.intent };
      case 'finished':
      case 'conflict':
        return known;
      default:
        return unreachable(known);
    }
  }

  private settle(outcome: IntentOutcome, { time, version }: Answered): readonly SettledIntent[] {
    const intent = this.intents.close(outcome.intent);
    if (intent === undefined) return [];
    this.stateHash.remove(factOfIntent(intent));
    const settlement = this.settlementOf(intent, outcome, version);
    const record = { key: intent.key, fingerprint: intent.fingerprint, settlement, finishedAt: time };
    this.keys.remember(record);
    this.stateHash.add(factOfKey(record));
    return [{ intent: intent.intent, key: intent.key, settlement }];
  }

  private settlementOf(
    { intent, name, quantity }: OpenIntent,
    { result }: IntentOutcome,
    version: string | undefined,
  ): Settlement {
    switch (result) {
      case 'sold': {
        const number = this.orders.place(name, quantity);
        this.stateHash.add(factOfOrder({ number, name, quantity }));
        this.soldDigestValue = addToSoldDigest(this.soldDigestValue, { intent, name, quantity });
        return version === undefined ? { kind: 'placed', number } : { kind: 'placed', number, version };
      }
      case 'insufficient_stock':
      case 'unknown_product':
        return { kind: 'refused', reason: result };
      default:
        return unreachable(result);
    }
  }
}

function factOfOrder({ number, name, quantity }: PlacedOrder): string {
  return `order|${number}|${name}|${quantity}`;
}

function factOfIntent({ intent, key, fingerprint, name, quantity }: OpenIntent): string {
  return `open|${intent}|${name}|${quantity}|${fingerprint}|${key}`;
}

function factOfKey({ key, fingerprint, settlement, finishedAt }: FinishedKey): string {
  const ended = settlement.kind === 'placed' ? placedFact(settlement) : settlement.reason;
  return `key|${ended}|${finishedAt}|${fingerprint}|${key}`;
}

function placedFact({ number, version }: Extract<Settlement, { kind: 'placed' }>): string {
  return version === undefined ? String(number) : `${number}@${version}`;
}
