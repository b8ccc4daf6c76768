import type { OrderCommand, OrderResult, Settlement } from '@toystore/protocol/order';
import type { StockCommand, StockResult } from '@toystore/protocol/catalog';
import type { World } from '../world/world.js';

interface AppliedEntry<C> {
  readonly index: number;
  readonly command: C;
}

/** A debit that the catalog has executed, and where in its log. */
export interface Sale {
  readonly intent: number;
  readonly name: string;
  readonly quantity: number;
  readonly sequence: number;
}

export interface Intent {
  readonly intent: number;
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
}

/** What a product's figures were after an entry of the catalog's log. */
interface StockReading {
  readonly name: string;
  readonly current: number;
}

/**
 * What really happened, seen from outside: every entry that any life of any replica applies, once. Checks while it
 * watches that all of them apply the same, that orders are placed for stock that was sold, and that stock is sold once.
 */
export class Truth {
  readonly intents = new Map<number, Intent>();
  readonly sales = new Map<number, Sale>();
  /** How each intent ended, by id. */
  readonly settlements = new Map<number, Settlement>();
  readonly intentOfKey = new Map<string, number>();
  private readonly orderLog = new Map<number, string>();
  private readonly stockLog = new Map<number, string>();
  /** Quantity of each product after each entry that the catalog applied. */
  private readonly stockAt = new Map<number, ReadonlyMap<string, number>>();

  /** The last entry that restocked each product. */
  private readonly restocks = new Map<string, number>();
  /** The last such entry whose round is over: all caches know of it. */
  private readonly restocksKnown = new Map<string, number>();

  /** The highest term whose debits were executed. */
  private debitTerm = 0;

  constructor(private readonly world: World) {}

  /** @returns whether nobody had applied the entry before. */
  orderApplied(
    replica: string,
    entry: AppliedEntry<OrderCommand>,
    applied: { readonly result: OrderResult; readonly hash: string },
  ): boolean {
    const { index, command } = entry;
    const fact = `${JSON.stringify(command)} → ${JSON.stringify(applied.result)} ${applied.hash}`;
    const known = this.orderLog.get(index);
    if (known !== undefined) {
      if (known !== fact)
        this.world.violate('Same Log', `${replica} applies entry ${index} as ${fact}, somebody else as ${known}`);
      return false;
    }
    this.orderLog.set(index, fact);
    this.world.trace(`applied ${index} ${fact}`);
    if (command.kind === 'intent' && applied.result.kind === 'opened') {
      this.intents.set(index, { intent: index, key: command.key, name: command.name, quantity: command.quantity });
      this.intentOfKey.set(command.key, index);
    }
    return true;
  }

  orderSettled(replica: string, intent: number, settlement: Settlement): void {
    const known = this.settlements.get(intent);
    if (known !== undefined) {
      if (JSON.stringify(known) !== JSON.stringify(settlement)) {
        this.world.violate(
          'Same Outcome',
          `${replica} settles intent ${intent} as ${JSON.stringify(settlement)}, before it was ${JSON.stringify(known)}`,
        );
      }
      return;
    }
    this.settlements.set(intent, settlement);
    const sale = this.sales.get(intent);
    if (settlement.kind === 'placed' && sale === undefined)
      this.world.violate(
        'Placed If Sold',
        `order ${settlement.number} is placed for intent ${intent}, which was never sold`,
      );
    if (settlement.kind === 'placed' && sale !== undefined && sequenceOf(settlement.version) < sale.sequence) {
      this.world.violate(
        'Placed If Sold',
        `order ${settlement.number} tells version ${settlement.version}, its sale is entry ${sale.sequence}`,
      );
    }
    if (settlement.kind === 'refused' && sale !== undefined)
      this.world.violate(
        'Placed If Sold',
        `intent ${intent} is refused as ${settlement.reason}, but its stock was sold`,
      );
  }

  stockApplied(entry: AppliedEntry<StockCommand>, result: StockResult, stock: readonly StockReading[]): void {
    const { index, command } = entry;
    const fact = `${JSON.stringify(command)} → ${JSON.stringify(result)}`;
    const known = this.stockLog.get(index);
    if (known !== undefined) {
      if (known !== fact)
        this.world.violate('Same Log', `the catalog applies entry ${index} as ${fact}, in an earlier life as ${known}`);
      return;
    }
    this.stockLog.set(index, fact);
    const before = this.stockAt.get(index - 1) ?? this.latestStock();
    this.stockAt.set(index, new Map(stock.map(({ name, current }) => [name, current])));
    this.world.trace(`stock ${index} ${fact}`);
    if (result.kind === 'restocked') for (const name of result.names) this.restocks.set(name, index);
    if (command.kind !== 'debit' || result.kind !== 'debited') return;
    if (command.term < this.debitTerm)
      this.world.violate(
        'Terms Rise',
        `entry ${index} executes debits of term ${command.term} after ones of term ${this.debitTerm}`,
      );
    this.debitTerm = Math.max(this.debitTerm, command.term);
    const taken = new Map<string, number>();
    result.answers.forEach(({ intent, outcome }, offset) => {
      const debit = command.debits[offset];
      if (outcome !== 'sold' || debit === undefined) return;
      this.sold({ intent, name: debit.name, quantity: debit.quantity, sequence: index }, taken);
    });
    // What left the shelf in this entry is what was sold for the first time in it: nothing twice, nothing unasked.
    for (const [name, current] of this.stockAt.get(index) ?? []) {
      const left = (before.get(name) ?? 0) - current;
      if (left !== (taken.get(name) ?? 0))
        this.world.violate(
          'Sold Once',
          `entry ${index} takes ${left} of ${name} for new sales of ${taken.get(name) ?? 0}`,
        );
    }
  }

  /** The catalog says that a round of restocking is over. */
  restockAcknowledged(names: readonly string[]): void {
    for (const name of names) this.restocksKnown.set(name, this.restocks.get(name) ?? 0);
  }

  /** The last entry that restocked the product in a round that is over. */
  restockKnown(name: string): number {
    return this.restocksKnown.get(name) ?? 0;
  }

  /** The stock after entry `sequence` of the catalog's log. */
  quantityAt(name: string, sequence: number): number | undefined {
    for (let index = sequence; index > 0; index--) {
      const stock = this.stockAt.get(index);
      if (stock !== undefined) return stock.get(name);
    }
    return undefined;
  }

  /** Entries applied by anybody. */
  get orderEntries(): number {
    return this.orderLog.size;
  }

  private sold(sale: Sale, taken: Map<string, number>): void {
    const known = this.sales.get(sale.intent);
    if (known === undefined) {
      this.sales.set(sale.intent, sale);
      taken.set(sale.name, (taken.get(sale.name) ?? 0) + sale.quantity);
      const ended = this.settlements.get(sale.intent);
      if (ended?.kind === 'refused')
        this.world.violate('Placed If Sold', `intent ${sale.intent} is sold after it was refused`);
      const intent = this.intents.get(sale.intent);
      // The leader has applied the intent before it sends the debit.
      if (intent === undefined)
        this.world.violate('Sold Once', `intent ${sale.intent} is sold, and nobody has applied it`);
      else if (intent.name !== sale.name || intent.quantity !== sale.quantity) {
        this.world.violate(
          'Sold Once',
          `intent ${sale.intent} wants ${intent.quantity} ${intent.name}, sold are ${sale.quantity} ${sale.name}`,
        );
      }
      return;
    }
    if (known.name !== sale.name || known.quantity !== sale.quantity)
      this.world.violate('Sold Once', `intent ${sale.intent} is sold again as something else`);
  }

  private latestStock(): ReadonlyMap<string, number> {
    return this.stockAt.get(Math.max(0, ...this.stockAt.keys())) ?? new Map();
  }
}

/** Of a version `<epoch>;<sequence>`. */
function sequenceOf(version: string | undefined): number {
  return Number(version?.split(';')[1] ?? -1);
}
