import { type CatalogVersion, isOlder, versionText } from './catalog-version.js';

/** What one may count on who asks for a product: the changes that were acknowledged until then. */
export interface KnownStock {
  /** In steps; see {@link StockBound}. */
  readonly position: number;
  /** Of the last acknowledged change, as far as it was told. */
  readonly version: CatalogVersion | undefined;
}

/** What an answer says of a product. */
export interface ShownStock {
  readonly quantity: number;
  /** Of its entity tag; undefined when nobody looked. */
  readonly version?: CatalogVersion | undefined;
}

interface ProductBook {
  readonly level: number;
  /** Units. */
  attempted: number;
  sold: number;
  /** Acknowledged, whether by sales or a restocking. */
  position: number;
  version: CatalogVersion | undefined;
}

/**
 * Knows how much stock a shopper may be shown. Every change that was acknowledged before a read was sent must be visible in
 * its answer, and no sale may be that nobody had asked for when it arrived.
 *
 * A product begins with as much as it is filled up to, its level, and is restocked only when it is at zero. So its history is
 * one line of steps, whoever sells it: a unit less is a step, and a restocking is one. With a level of 2: 2, 1, 0, 2, 1, 0, 2 …
 * An acknowledged change is a lower bound on the position, all orders ever sent (with a restocking behind them) an upper
 * one; what is shown must be between them. Old stock that equals what may be shown, one restocking later, is told apart by
 * its version: it must not be older than the last acknowledged change.
 *
 * Not checked here: that no more was sold than was asked for; `lab verify` does that from the logs.
 */
export class StockBound {
  private readonly books = new Map<string, ProductBook>();

  learn(name: string, level: number): void {
    if (this.books.has(name)) return;
    this.books.set(name, { level, attempted: 0, sold: 0, position: 0, version: undefined });
  }

  /** An order is about to be sent for the first time. */
  attempted(name: string, quantity: number): void {
    this.book(name).attempted += quantity;
  }

  /** The order will never be carried out. */
  refused(name: string, quantity: number): void {
    this.book(name).attempted -= quantity;
  }

  /** @param version of the catalog after the sale, if the answer told it */
  sold(name: string, quantity: number, version?: CatalogVersion): void {
    const book = this.book(name);
    book.sold += quantity;
    // The restocking behind the last unit is a step of its own, that nobody has acknowledged with the sale.
    const position = book.sold === 0 ? 0 : book.sold + Math.floor((book.sold - 1) / book.level);
    advance(book, { position, version });
  }

  /** A restocking was acknowledged that led to `position`. */
  restocked(name: string, known: KnownStock): void {
    advance(this.book(name), known);
  }

  /** What a read that is sent now must know. */
  known(name: string): KnownStock {
    const { position, version } = this.book(name);
    return { position, version };
  }

  /** What is wrong with an answer that has just arrived, to a read that was sent when `known` was. */
  judge(name: string, shown: ShownStock, known: KnownStock): string | undefined {
    const book = this.book(name);
    const { quantity } = shown;
    const latest = latestPosition(book);
    if (quantity < 0 || quantity > book.level) {
      return `shown ${quantity} × ${name}, of which there are never more than ${book.level}.`;
    }
    const next = firstShowing(book, quantity, known.position);
    if (next > latest) {
      const before = next - stepsAround(book);
      const isOld = before >= 0 && known.position - before <= next - latest;
      return isOld
        ? `shown ${quantity} × ${name}; when it was asked for, acknowledged sales and restockings had left ${quantityAt(book, known.position)}.`
        : `shown ${quantity} × ${name}, although all orders ever sent leave ${quantityAt(book, latest)}.`;
    }
    if (shown.version !== undefined && known.version !== undefined && isOlder(shown.version, known.version)) {
      return (
        `shown ${quantity} × ${name} of version ${versionText(shown.version)}; when it was asked for, a change of version ` +
        `${versionText(known.version)} had been acknowledged.`
      );
    }
    return undefined;
  }

  /** Where in its history a product is that was shown so; undefined when that can be in several places or in none. */
  locate(name: string, quantity: number, known: KnownStock): number | undefined {
    const book = this.book(name);
    if (quantity < 0 || quantity > book.level) return undefined;
    const latest = latestPosition(book);
    const first = firstShowing(book, quantity, known.position);
    return first <= latest && first + stepsAround(book) > latest ? first : undefined;
  }

  /** Where the last restocking led to before a position; 0 when there was none. */
  restockingBefore(name: string, position: number): number {
    const around = stepsAround(this.book(name));
    return Math.floor(position / around) * around;
  }

  /** Whether there may be nothing left to sell. */
  mayBeSoldOut(name: string): boolean {
    const book = this.book(name);
    return quantityAt(book, book.position) === 0;
  }

  private book(name: string): ProductBook {
    const book = this.books.get(name);
    if (book === undefined) throw new RangeError(`The stock of ${name} at the start of the run is not known.`);
    return book;
  }
}

/** From one restocking to the next. */
function stepsAround({ level }: ProductBook): number {
  return level + 1;
}

function quantityAt(book: ProductBook, position: number): number {
  return book.level - (position % stepsAround(book));
}

/** The first position from `from` on that shows so much. */
function firstShowing(book: ProductBook, quantity: number, from: number): number {
  const around = stepsAround(book);
  const offset = book.level - quantity;
  return from + ((((offset - from) % around) + around) % around);
}

/** As far as orders can have led, and the restocking behind the last of them. */
function latestPosition({ attempted, level }: ProductBook): number {
  return attempted + Math.floor(attempted / level);
}

function advance(book: ProductBook, { position, version }: KnownStock): void {
  book.position = Math.max(book.position, position);
  if (version !== undefined && (book.version === undefined || isOlder(book.version, version))) book.version = version;
}
