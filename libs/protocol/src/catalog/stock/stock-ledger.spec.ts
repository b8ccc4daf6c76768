import { describe, expect, it } from '@jest/globals';
import { addToSoldDigest, emptySoldDigest } from '@toystore/contracts';
import type { StockCommand, StockDebit, StockResult } from './stock-command.js';
import { StockLedger } from './stock-ledger.js';

function ledgerWithLog(ledger = new StockLedger()) {
  let index = 0;
  const apply = (command: StockCommand): StockResult => ledger.apply({ index: ++index, command });
  return {
    ledger,
    apply,
    load: (products: Record<string, number> = { tux: 10, fox: 5 }) =>
      apply({
        kind: 'load',
        products: Object.entries(products).map(([name, quantity]) => ({ name, quantity, priceCents: 250 })),
      }),
    debit: (debits: readonly StockDebit[], { term = 1, settledThrough = 0 } = {}) =>
      apply({ kind: 'debit', term, settledThrough, debits }),
    restock: (...names: string[]) => apply({ kind: 'restock', names, level: 100 }),
  };
}

const outcomesOf = (result: StockResult): readonly string[] =>
  result.kind === 'debited' ? result.answers.map((answer) => answer.outcome) : [result.kind];

describe('load', () => {
  it('takes the initial stock in the order of the file', () => {
    const { ledger, load } = ledgerWithLog();

    const result = load({ tux: 10, fox: 5, ant: 0 });

    expect(result).toEqual({ kind: 'loaded', first: true });
    expect(ledger.list().map((product) => product.name)).toEqual(['tux', 'fox', 'ant']);
    expect(ledger.find('tux')).toMatchObject({ initial: 10, restocked: 0, sold: 0, current: 10, priceCents: 250 });
  });

  it('counts once: the log is the truth afterwards', () => {
    const { ledger, load } = ledgerWithLog();
    load({ tux: 10 });

    const second = load({ tux: 99, lego: 1 });

    expect(second).toEqual({ kind: 'loaded', first: false });
    expect(ledger.list().map(({ name, current }) => ({ name, current }))).toEqual([{ name: 'tux', current: 10 }]);
  });
});

describe('debit', () => {
  it('sells what is there and says what it costs', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();

    const result = debit([{ intent: 4, name: 'tux', quantity: 3 }]);

    expect(result).toEqual({ kind: 'debited', answers: [{ intent: 4, outcome: 'sold', costCents: 750 }] });
    expect(ledger.find('tux')).toMatchObject({ sold: 3, current: 7, changedAt: 2 });
  });

  it('sells the last one, and nothing beyond it', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load({ tux: 2 });

    const result = debit([
      { intent: 1, name: 'tux', quantity: 1 },
      { intent: 2, name: 'tux', quantity: 2 },
      { intent: 3, name: 'tux', quantity: 1 },
      { intent: 4, name: 'tux', quantity: 1 },
    ]);

    expect(outcomesOf(result)).toEqual(['sold', 'insufficient_stock', 'sold', 'insufficient_stock']);
    expect(ledger.find('tux')).toMatchObject({ sold: 2, current: 0 });
  });

  it('executes an intent once, however often it is sent', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    const sale = { intent: 4, name: 'tux', quantity: 3 };
    debit([sale]);

    const again = debit([sale, sale]);

    expect(outcomesOf(again)).toEqual(['sold', 'sold']);
    expect(ledger.find('tux')?.current).toBe(7);
    expect(ledger.soldDebits).toBe(1);
  });

  it.each([
    ['insufficient_stock', { intent: 4, name: 'fox', quantity: 6 }],
    ['unknown_product', { intent: 4, name: 'unicorn', quantity: 1 }],
  ])('records %s, so that a repetition gets it also when it could be sold by then', (outcome, refused) => {
    const { ledger, load, debit, restock } = ledgerWithLog();
    load();
    const first = debit([refused]);
    debit([{ intent: 5, name: 'fox', quantity: 5 }]);
    restock('fox');

    const again = debit([refused]);

    expect([outcomesOf(first), outcomesOf(again)]).toEqual([[outcome], [outcome]]);
    expect(ledger.find('fox')?.current).toBe(100);
  });

  it('neither executes nor confirms a known id with other contents', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    debit([{ intent: 4, name: 'tux', quantity: 3 }]);

    const other = debit([{ intent: 4, name: 'fox', quantity: 1 }]);

    expect(outcomesOf(other)).toEqual(['settled']);
    expect(ledger.find('fox')?.current).toBe(5);
  });

  it('looks names up exactly, also those of object members', () => {
    const { load, debit } = ledgerWithLog();
    load();

    const result = debit([
      { intent: 1, name: 'TUX', quantity: 1 },
      { intent: 2, name: 'constructor', quantity: 1 },
    ]);

    expect(outcomesOf(result)).toEqual(['unknown_product', 'unknown_product']);
  });

  it('keeps the digest of what was sold', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    const sale = { intent: 7, name: 'tux', quantity: 1 };

    debit([sale, sale, { intent: 8, name: 'fox', quantity: 99 }]);

    expect(ledger.soldDigest).toBe(addToSoldDigest(emptySoldDigest, sale));
  });
});

describe('settled watermark', () => {
  it('lets the records at or below it go', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    debit([
      { intent: 3, name: 'tux', quantity: 1 },
      { intent: 5, name: 'tux', quantity: 1 },
    ]);

    debit([], { settledThrough: 4 });

    expect(ledger.debitsRemembered).toBe(1);
    expect(ledger.settledThrough).toBe(4);
  });

  it('keeps a late repetition of a forgotten id from being executed again', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    const sale = { intent: 3, name: 'tux', quantity: 1 };
    debit([sale]);
    debit([], { settledThrough: 3 });

    const late = debit([sale]);

    expect(outcomesOf(late)).toEqual(['settled']);
    expect(ledger.find('tux')?.current).toBe(9);
  });

  it('never falls', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    debit([], { settledThrough: 9 });

    debit([], { settledThrough: 2 });

    expect(ledger.settledThrough).toBe(9);
  });
});

describe('fence', () => {
  it('refuses a batch of a lower term than it has seen, whole', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    debit([], { term: 5 });

    const stale = debit([{ intent: 1, name: 'tux', quantity: 1 }], { term: 4, settledThrough: 50 });

    expect(stale).toEqual({ kind: 'fenced', term: 5 });
    expect(ledger.find('tux')?.current).toBe(10);
    expect(ledger.settledThrough).toBe(0);
  });

  it('is remembered across a restart', () => {
    const { ledger, load, debit } = ledgerWithLog();
    load();
    debit([], { term: 5 });

    const restarted = new StockLedger();
    restarted.restore(JSON.parse(JSON.stringify(ledger.snapshot())));

    expect(restarted.apply({ index: 9, command: { kind: 'debit', term: 4, settledThrough: 0, debits: [] } })).toEqual({
      kind: 'fenced',
      term: 5,
    });
  });
});

describe('restock', () => {
  it('fills products that are out of stock, and only those', () => {
    const { ledger, load, debit, restock } = ledgerWithLog();
    load({ tux: 2, fox: 2 });
    debit([{ intent: 1, name: 'tux', quantity: 2 }]);

    const result = restock('tux', 'fox', 'unicorn');

    expect(result).toEqual({ kind: 'restocked', names: ['tux'] });
    expect(ledger.find('tux')).toMatchObject({ initial: 2, restocked: 100, sold: 2, current: 100 });
    expect(ledger.find('fox')).toMatchObject({ restocked: 0, current: 2 });
  });

  it('counts once when it is repeated', () => {
    const { ledger, load, restock } = ledgerWithLog();
    load({ tux: 0 });

    restock('tux');
    restock('tux');

    expect(ledger.find('tux')).toMatchObject({ restocked: 100, current: 100 });
  });
});

describe('the longest lease', () => {
  it('is the one recorded last, longer or shorter, also in a snapshot', () => {
    const { ledger, apply, load } = ledgerWithLog();
    load();
    expect(ledger.longestLeaseMs).toBeUndefined();
    expect(ledger.snapshot()).not.toHaveProperty('longestLeaseMs');

    apply({ kind: 'lease', longestMs: 10_000 });
    apply({ kind: 'lease', longestMs: 2_000 });

    const restarted = new StockLedger();
    restarted.restore(JSON.parse(JSON.stringify(ledger.snapshot())));
    expect(restarted.longestLeaseMs).toBe(2_000);
  });

  it('is unknown after a snapshot from before it was recorded', () => {
    const { ledger, apply, load } = ledgerWithLog();
    load();
    const old = ledger.snapshot();
    apply({ kind: 'lease', longestMs: 10_000 });

    ledger.restore(old);

    expect(ledger.longestLeaseMs).toBeUndefined();
  });
});

describe('snapshots', () => {
  it('of other software are refused', () => {
    expect(() => new StockLedger().restore({ version: 2 })).toThrow(/version 1/);
  });

  it('with figures that do not add up are refused', () => {
    const { ledger, load } = ledgerWithLog();
    load({ tux: 2 });
    const snapshot = ledger.snapshot();

    const products = snapshot.products.map((product) => ({ ...product, current: 3 }));

    expect(() => new StockLedger().restore({ ...snapshot, products })).toThrow(/not conserved/);
  });
});
