import { addToSoldDigest, emptySoldDigest } from '@toystore/contracts';
import { DebitMemory, type DebitRecord } from './debit-memory.js';
import { invariant, unreachable } from './invariant.js';
import { checked, type ProductFigures, restock, sell, stockOf } from './product-stock.js';
import type {
  DebitAnswer,
  DebitCommand,
  InitialProduct,
  RestockCommand,
  StockDebit,
  StockEntry,
  StockResult,
} from './stock-command.js';

/** The ledger's contents as JSON. */
export interface StockSnapshot {
  readonly version: 1;
  readonly sequence: number;
  readonly loaded: boolean;
  readonly term: number;
  readonly settledThrough: number;
  readonly soldDebits: number;
  readonly soldDigest: string;
  readonly products: readonly ProductFigures[];
  readonly debits: readonly DebitRecord[];
  /** Missing until it is recorded, and in snapshots from before it was. */
  readonly longestLeaseMs?: number;
}

/**
 * The catalog's state: the stock of every product, and which debits were executed. A function of the log and of
 * nothing else.
 *
 * A debit is executed once for each intent id, whatever is repeated, delayed or sent by two leaders; its recorded
 * outcome is the answer to every repetition.
 */
export class StockLedger {
  /** A Map keeps the order of the file, which is the catalog's order. */
  private readonly products = new Map<string, ProductFigures>();
  private readonly debits = new DebitMemory();
  private loaded = false;
  private lastIndex = 0;
  private highestTerm = 0;
  private soldCount = 0;
  private digest = emptySoldDigest;
  private longestLease: number | undefined;

  apply({ index, command }: StockEntry): StockResult {
    invariant(index > this.lastIndex, `entry ${index} comes after entry ${this.lastIndex}`);
    this.lastIndex = index;
    switch (command.kind) {
      case 'load':
        return { kind: 'loaded', first: this.load(command.products) };
      case 'debit':
        return this.debit(command);
      case 'restock':
        return { kind: 'restocked', names: this.restock(command) };
      case 'lease':
        this.longestLease = command.longestMs;
        return { kind: 'lease-recorded' };
      default:
        return unreachable(command);
    }
  }

  /** Whether the initial stock is there. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** The position of this state in the catalog's history: the index of the last command applied. */
  get sequence(): number {
    return this.lastIndex;
  }

  /** The highest term of a leader that sent debits. */
  get term(): number {
    return this.highestTerm;
  }

  get settledThrough(): number {
    return this.debits.settledThrough;
  }

  get debitsRemembered(): number {
    return this.debits.size;
  }

  get soldDebits(): number {
    return this.soldCount;
  }

  /** Over intent, name and quantity of every sold debit; at rest equal to that of the placed orders. */
  get soldDigest(): string {
    return this.digest;
  }

  /** How long leases may last that caches hold of the catalog, as its lives have recorded. */
  get longestLeaseMs(): number | undefined {
    return this.longestLease;
  }

  find(name: string): ProductFigures | undefined {
    return this.products.get(name);
  }

  /** In catalog order. */
  list(): readonly ProductFigures[] {
    return [...this.products.values()];
  }

  /** The names of the products that are out of stock. */
  outOfStock(): readonly string[] {
    return this.list()
      .filter((product) => product.current === 0)
      .map((product) => product.name);
  }

  snapshot(): StockSnapshot {
    return {
      version: 1,
      sequence: this.lastIndex,
      loaded: this.loaded,
      term: this.highestTerm,
      settledThrough: this.debits.settledThrough,
      soldDebits: this.soldCount,
      soldDigest: this.digest,
      products: this.list(),
      debits: this.debits.values(),
      ...(this.longestLease !== undefined && { longestLeaseMs: this.longestLease }),
    };
  }

  restore(stored: unknown): void {
    invariant(isStockSnapshot(stored), 'a snapshot of the stock has version 1; this one was written by other software');
    this.lastIndex = stored.sequence;
    this.loaded = stored.loaded;
    this.highestTerm = stored.term;
    this.soldCount = stored.soldDebits;
    this.digest = stored.soldDigest;
    this.longestLease = stored.longestLeaseMs;
    this.products.clear();
    for (const product of stored.products) this.products.set(product.name, checked(product));
    this.debits.restore(stored.settledThrough, stored.debits);
  }

  private load(products: readonly InitialProduct[]): boolean {
    if (this.loaded) return false;
    this.loaded = true;
    for (const product of products) this.products.set(product.name, stockOf(product, this.lastIndex));
    return true;
  }

  private debit(command: DebitCommand): StockResult {
    // Correctness does not hang on the term (ids do that); it keeps a deposed leader from working on.
    if (command.term < this.highestTerm) return { kind: 'fenced', term: this.highestTerm };
    this.highestTerm = command.term;
    this.debits.settleThrough(command.settledThrough);
    return { kind: 'debited', answers: command.debits.map((debit) => this.executeOnce(debit)) };
  }

  private executeOnce(debit: StockDebit): DebitAnswer {
    const ruling = this.debits.rule(debit);
    switch (ruling.kind) {
      case 'execute':
        return this.debits.record(this.execute(debit));
      case 'answer':
        return ruling.answer;
      default:
        return unreachable(ruling);
    }
  }

  private execute({ intent, name, quantity }: StockDebit): DebitRecord {
    const product = this.products.get(name);
    if (product === undefined) return { intent, name, quantity, outcome: 'unknown_product', costCents: 0 };
    const rest = sell(product, quantity, this.lastIndex);
    if (rest === undefined) return { intent, name, quantity, outcome: 'insufficient_stock', costCents: 0 };
    this.products.set(name, rest);
    this.soldCount += 1;
    this.digest = addToSoldDigest(this.digest, { intent, name, quantity });
    return { intent, name, quantity, outcome: 'sold', costCents: product.priceCents * quantity };
  }

  private restock({ names, level }: RestockCommand): readonly string[] {
    const restocked: string[] = [];
    for (const name of names) {
      const product = this.products.get(name);
      const filled = product && restock(product, level, this.lastIndex);
      if (filled === undefined) continue;
      this.products.set(name, filled);
      restocked.push(name);
    }
    return restocked;
  }
}

/** Snapshots are checksummed by the log store, so telling the version apart is enough. */
function isStockSnapshot(stored: unknown): stored is StockSnapshot {
  return typeof stored === 'object' && stored !== null && 'version' in stored && stored.version === 1;
}
